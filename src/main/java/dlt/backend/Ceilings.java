package dlt.backend;

import java.util.List;

/// The most that a machine can do, as measured on it.
///
/// @param flops multiply-adds a second, each counted as two operations
/// @param bandwidths of copies and reads, the smallest working set first
public record Ceilings(double flops, List<Bandwidth> bandwidths) {
  /// Bytes a second, read and written, while no more than `workingSet` bytes are in use.
  public record Bandwidth(long workingSet, double bytes) {}

  public Ceilings {
    bandwidths = List.copyOf(bandwidths);
  }

  /// The shortest time that `call` can take, in nanoseconds: its arithmetic at the full rate, or its bytes at the bandwidth of
  /// the smallest working set that holds them, whichever is longer.
  public double nanos(KernelCall call) {
    return 1e9 * Math.max(call.arithmetic() / flops, call.bytes() / bandwidth(call.bytes()));
  }

  private double bandwidth(long bytes) {
    return bandwidths.stream().filter(b -> bytes <= b.workingSet).findFirst().orElse(bandwidths.getLast()).bytes;
  }
}
