package dlt.error;

/// What another thread threw, for the one that waits for it.
public final class Thrown {
  private Thrown() {}

  /// Throws `t`, which is unchecked, as it is; callers `throw` what this never gives.
  public static RuntimeException again(Throwable t) {
    switch (t) {
      case RuntimeException r -> throw r;
      case Error e -> throw e;
      default -> throw new IllegalStateException(t);
    }
  }
}
