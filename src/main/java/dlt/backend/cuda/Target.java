package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import dlt.backend.cuda.driver.Gpu;
import java.lang.foreign.Arena;

/// What kernels are compiled for.
///
/// @param arena lives as long as the program: kernels' arguments lie here
/// @param scratch device memory that lives as long as the program
/// @param tilings how products of matrices are cut
record Target(Gpu gpu, Precision precision, Arena arena, Scratch scratch, Tiling.Choice tilings) {
  Target(Gpu gpu, Precision precision, Arena arena, Scratch scratch) {
    this(gpu, precision, arena, scratch, Tiling::of);
  }

  interface Scratch {
    /// The address of `bytes` that only the launches of one op use, at a multiple of 256: the next op may get the same.
    long allocate(long bytes);
  }

  /// Blocks that keep the whole GPU busy, where each takes many items of `work`.
  int blocks(long work, int perBlock) {
    return Math.clamp((work + perBlock - 1) / perBlock, 1, 8 * gpu.multiprocessors());
  }

  /// A launch of blocks of 256 threads that share `work` items, about `perBlock` each.
  Launch launch(String module, String kernel, long work, int perBlock, Arguments arguments) {
    return new Launch(new Launch.Shipped(module, kernel), Context.Extent.of(blocks(work, perBlock)), Context.Extent.of(256), 0, arguments.build(arena));
  }
}
