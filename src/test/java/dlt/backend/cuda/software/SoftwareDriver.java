package dlt.backend.cuda.software;

import dlt.backend.cuda.driver.Context;
import dlt.backend.cuda.driver.Driver;
import dlt.backend.cuda.driver.Gpu;
import java.util.List;

/// A driver whose only GPU is this computer: `new SoftwareDriver()` is all it takes. Kernels' faults are thrown as [Fault] by the call that
/// waits for them. `-Dsoftware.gpu.seed=N` gives another order of warps, blocks and streams.
public final class SoftwareDriver implements Driver {
  /// As large as an A100 but for its memory.
  public static final Gpu GPU = new Gpu(0, "software GPU", 4L << 30, 80, 4, 163 * 1024);

  private final Gpu gpu;
  private final long seed;
  private final Mutation mutation = new Mutation();

  public SoftwareDriver() {
    this(GPU, Long.getLong("software.gpu.seed", 1));
  }

  public SoftwareDriver(Gpu gpu, long seed) {
    this.gpu = gpu;
    this.seed = seed;
  }

  @Override
  public int version() {
    return 12040;
  }

  @Override
  public List<Gpu> gpus() {
    return List.of(gpu);
  }

  @Override
  public Context open(Gpu gpu) {
    if (!gpu.equals(this.gpu)) {
      throw new Fault(gpu + " is not a GPU of this driver");
    }
    return new SoftwareContext(gpu, seed, mutation);
  }

  /// What its contexts run, and what they leave out of it.
  public Mutation mutation() {
    return mutation;
  }
}
