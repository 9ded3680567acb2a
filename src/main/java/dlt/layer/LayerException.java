package dlt.layer;

/// A layer that cannot be built where it stands. Whoever read the experiment file knows the line of `placed`.
public final class LayerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Placed placed;

  public LayerException(Placed placed, String message) {
    super(message);
    this.placed = placed;
  }

  /// The layer at fault: the very record that was read, so that it can be looked up by identity.
  public Placed placed() {
    return placed;
  }
}
