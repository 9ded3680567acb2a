package dlt.op;

/// Operands that do not fit an operation: `[matmul] [8, 3] met [4, 2]: ...`. Whoever knows the layer and the line of the
/// experiment file adds them.
public final class ShapeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ShapeException(String op, String message) {
    super("[" + op + "] " + message);
  }
}
