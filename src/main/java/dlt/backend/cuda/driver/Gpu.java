package dlt.backend.cuda.driver;

/// A GPU, as its driver describes it.
///
/// @param index its number, from 0
/// @param name such as `NVIDIA H100 80GB HBM3`
/// @param memory bytes of its memory
/// @param capability compute capability, `10 * major + minor`: 90 for an H100
/// @param multiprocessors how many blocks run at a time, at least
/// @param sharedMemory bytes of shared memory that one block can ask for
public record Gpu(int index, String name, long memory, int capability, int multiprocessors, int sharedMemory) {}
