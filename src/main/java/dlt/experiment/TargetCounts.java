package dlt.experiment;

import dlt.data.Part;
import dlt.data.Targets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// What the training part's targets look like, for losses whose weights are balanced.
public interface TargetCounts {
  /// Where nobody trains: every class as often, and yes as often as no.
  TargetCounts EVEN = new TargetCounts() {
    @Override
    public List<Long> classes(int target, int classes) {
      return Collections.nCopies(classes, 1L);
    }

    @Override
    public List<Double> answers(int target, int columns) {
      return Collections.nCopies(columns, 0.5);
    }
  };

  /// How often each of `classes` classes occurs in target number `target`.
  List<Long> classes(int target, int classes);

  /// The share of the answer 1 in each of `columns` columns of target number `target`.
  List<Double> answers(int target, int columns);

  /// Of the targets of `part`.
  static TargetCounts of(Part part) {
    return new TargetCounts() {
      @Override
      public List<Long> classes(int target, int classes) {
        return Arrays.stream(Targets.counts(part, target, classes)).boxed().toList();
      }

      @Override
      public List<Double> answers(int target, int columns) {
        return Arrays.stream(Targets.means(part, target, columns)).boxed().toList();
      }
    };
  }
}
