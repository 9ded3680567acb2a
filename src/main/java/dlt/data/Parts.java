package dlt.data;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The parts that an experiment's data are used in.
public record Parts(Part train, Optional<Part> validation, Optional<Part> test) {
  /// Those that are there, the training part first.
  public List<Part> all() {
    return Stream.concat(Stream.of(train), heldOut().stream()).toList();
  }

  /// Those that nothing is learned from.
  public List<Part> heldOut() {
    return Stream.of(validation, test).flatMap(Optional::stream).toList();
  }

  /// The part that the figures of a model are taken on: the test part, else the validation part, else what there is.
  public Part judged() {
    return test.or(() -> validation).orElse(train);
  }

  /// The part whose samples an export is verified on: of the validation where there are any, for the model never learned from them.
  public Part verified() {
    return validation.or(() -> test).orElse(train);
  }

  /// Each of them changed.
  public Parts map(UnaryOperator<Part> change) {
    return new Parts(change.apply(train), validation.map(change), test.map(change));
  }
}
