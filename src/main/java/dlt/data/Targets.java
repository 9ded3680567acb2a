package dlt.data;

/// Checks of target values, for what only the model or the loss can know.
public final class Targets {
  private Targets() {}

  /// Throws Failure(DATA), naming the first sample at fault, unless every index of target `field` is below `classes` and not
  /// negative (`ignored`, such as PyTorch's -100, may occur).
  public static void checkClasses(Part part, int field, int classes, long ignored) {
    throw new UnsupportedOperationException("Targets.checkClasses");
  }

  /// Throws Failure(DATA), naming the first sample at fault, unless every number of target `field` lies in `low..high`.
  public static void checkRange(Part part, int field, double low, double high) {
    throw new UnsupportedOperationException("Targets.checkRange");
  }

  /// How many samples of `part` each class of target `field` has.
  public static long[] counts(Part part, int field, int classes) {
    throw new UnsupportedOperationException("Targets.counts");
  }
}
