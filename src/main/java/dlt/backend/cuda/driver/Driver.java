package dlt.backend.cuda.driver;

import java.util.List;

/// What opens GPUs: NVIDIA's driver, or what stands in for it in tests.
public interface Driver {
  /// The CUDA version that the driver speaks, as `1000 * major + 10 * minor`: 13000 for CUDA 13.0.
  int version();

  /// The GPUs of this machine, in the driver's order.
  List<Gpu> gpus();

  /// Opens `gpu` for the calling thread and those that call [Context#enter].
  Context open(Gpu gpu);
}
