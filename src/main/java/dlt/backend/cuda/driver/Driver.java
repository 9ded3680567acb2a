package dlt.backend.cuda.driver;

import dlt.error.Failure;
import java.util.List;
import java.util.stream.Collectors;

/// What opens GPUs: NVIDIA's driver, or what stands in for it in tests.
public interface Driver {
  /// The CUDA version that the driver speaks, as `1000 * major + 10 * minor`: 13000 for CUDA 13.0.
  int version();

  /// The GPUs of this machine, in the driver's order.
  List<Gpu> gpus();

  /// The first of them that dlt's kernels run on. Throws a [Failure] that says what there is where none is.
  default Gpu first() {
    List<Gpu> gpus = gpus();
    return gpus.stream().filter(Gpu::suffices).findFirst().orElseThrow(() -> new Failure(Failure.Kind.DEVICE, gpus.isEmpty()
        ? "cuda: the NVIDIA driver lists no GPU; see what nvidia-smi and CUDA_VISIBLE_DEVICES say, or use --device cpu"
        : gpus.stream().map(Gpu::toString).collect(Collectors.joining(", ", "cuda: found ", "; dlt needs "))
            + "compute capability 8.0 (Ampere, 2020) or newer; use --device cpu"));
  }

  /// Opens `gpu` for the calling thread and those that call [Context#enter].
  Context open(Gpu gpu);
}
