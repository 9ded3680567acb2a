package dlt.backend.cuda.software;

/// What a kernel, or a user of the driver, does wrong. An error and not a failure, so that nothing takes it for a broken device.
public final class Fault extends AssertionError {
  private static final long serialVersionUID = 1L;

  Fault(String message) {
    super(message);
  }

  /// A fault of the instruction that `warp` is at, in one of its lanes.
  static Fault at(Warp warp, int lane, String message) {
    return new Fault("kernel " + warp.block.code().name() + ", block " + warp.block.where() + ", thread " + warp.block.thread(warp, lane) + ", line "
        + warp.statement().line() + " \"" + warp.statement() + "\": " + message);
  }
}
