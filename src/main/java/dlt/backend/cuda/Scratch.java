package dlt.backend.cuda;

/// The workspace that all ops of a program take turns in, as large as the one that asks for most.
final class Scratch implements Target.Scratch {
  private static final long ALIGNMENT = 256;

  private final long address;
  private long used;
  private long most;

  /// A workspace from `address` on, a multiple of 256.
  Scratch(long address) {
    this.address = address;
  }

  @Override
  public long allocate(long bytes) {
    long r = address + used;
    used += Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
    most = Math.max(most, used);
    return r;
  }

  /// Leaves the workspace to the next op.
  void next() {
    used = 0;
  }

  /// The bytes that are in use.
  long used() {
    return used;
  }

  /// The bytes that the ops so far need.
  long bytes() {
    return most;
  }
}
