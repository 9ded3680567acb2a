package dlt.backend.cuda.software;

/// PTX that the software GPU cannot run: the message says which line, and what it does not know.
final class PtxRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PtxRefused(String message) {
    super(message);
  }
}
