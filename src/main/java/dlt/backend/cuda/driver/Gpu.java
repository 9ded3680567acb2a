package dlt.backend.cuda.driver;

/// A GPU, as its driver describes it.
///
/// @param index its number, from 0
/// @param name such as `NVIDIA H100 80GB HBM3`
/// @param memory bytes of its memory
/// @param capability compute capability, `10 * major + minor`: 90 for an H100
/// @param multiprocessors how many blocks run at a time, at least
/// @param sharedMemory bytes of shared memory that one block can ask for
public record Gpu(int index, String name, long memory, int capability, int multiprocessors, int sharedMemory) {
  /// What the kernels that ship are compiled for.
  private static final int LEAST_CAPABILITY = 80;

  /// Whether dlt's kernels run on it.
  public boolean suffices() {
    return capability >= LEAST_CAPABILITY;
  }

  /// Its name and compute capability: `NVIDIA H100 80GB HBM3 (compute capability 9.0)`.
  @Override
  public String toString() {
    return name + " (compute capability " + capability / 10 + "." + capability % 10 + ")";
  }
}
