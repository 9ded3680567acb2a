package dlt.data;

import java.util.List;
import java.util.function.UnaryOperator;

/// A training source divided: the parts of each training that the split asks for (one, or one for each fold and repeat), and
/// `whole`, where all samples but the test's are for training.
public record Division(List<Parts> trainings, Parts whole) {
  public Division {
    trainings = List.copyOf(trainings);
  }

  Division map(UnaryOperator<Parts> change) {
    return new Division(trainings.stream().map(change).toList(), change.apply(whole));
  }
}
