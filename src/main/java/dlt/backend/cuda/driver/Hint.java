package dlt.backend.cuda.driver;

import java.util.Arrays;
import java.util.Optional;

/// What a user can do about an error of the driver, by its code in cuda.h.
enum Hint {
  MEMORY("take a smaller training.batch_size or model, end what else uses the memory, or use --device cpu", 2),
  STUB("the library is the CUDA toolkit's stub, which does nothing: take its folder off LD_LIBRARY_PATH, so that the driver's own is found", 34),
  OLD_DRIVER("update the NVIDIA driver", 36, 222),
  MIXED_DRIVER("the driver's library and its kernel module are of different versions: restart the machine, or install the driver anew", 803),
  COMPATIBILITY("the CUDA compatibility library does not serve this GPU: take its folder off LD_LIBRARY_PATH, or update the NVIDIA driver", 804),
  BUSY("another program holds the GPU alone: end it, or see its compute mode with nvidia-smi -q -d COMPUTE", 46),
  NO_DEVICE("no GPU is visible: see what nvidia-smi lists and CUDA_VISIBLE_DEVICES holds (where MIG is on, an instance must have been made); in a "
      + "container, start it with its GPUs; or use --device cpu", 100, 101),
  LICENCE("the virtual GPU has no licence: see nvidia-smi -q", 102),
  NO_CODE("this GPU cannot run the kernels: dlt needs compute capability 8.0 or newer; use --device cpu", 200, 209),
  ECC("the GPU's memory is damaged: see nvidia-smi -q -d ECC, reset the GPU or use another one", 214, 220),
  PTX("the driver does not take the kernels: update the NVIDIA driver; if that does not help, please report it", 218),
  COMPILER("install the driver's libnvidia-ptxjitcompiler.so.1; in a container, start it with NVIDIA_DRIVER_CAPABILITIES=compute,utility", 221),
  COMPILER_OFF("the driver may not compile: unset CUDA_DISABLE_PTX_JIT", 223),
  SYSTEM("the system refuses the driver a call: see dmesg, and whether /dev/nvidia0 and /dev/nvidia-uvm can be read and written", 304),
  FAULT("a kernel of dlt failed, and with it all that the GPU held; go on from the last checkpoint with --resume, with --device cpu if it happens "
      + "again, and please report it", 226, 700, 701, 710, 714, 715, 716, 717, 718, 719),
  TIMEOUT("the system ends kernels that take long on a GPU with a display: take a smaller training.batch_size or another GPU", 702),
  GONE("the GPU was lost: see dmesg for Xid messages; go on from the last checkpoint with --resume", 4, 201, 708, 709, 911),
  PERMISSION("the system does not permit it: see whether /dev/nvidia0 and /dev/nvidia-uvm can be read and written", 800),
  UNSUPPORTED("this GPU or driver cannot do it: update the NVIDIA driver, or use --device cpu", 801),
  NOT_READY("the system is not ready yet: nvidia-fabricmanager or nvidia-persistenced must run; try again in a while", 3, 802),
  MPS("the MPS server of this machine does not serve: see nvidia-cuda-mps-control, or end it", 805, 806, 807, 808, 809, 810),
  UNKNOWN("see dmesg for Xid messages; after the machine slept, the module nvidia_uvm must be loaded again", 999);

  private final String text;
  private final int[] codes;

  Hint(String text, int... codes) {
    this.text = text;
    this.codes = codes;
  }

  /// The one for `code`; any other error is one that dlt should not have made.
  static String of(int code) {
    Optional<Hint> hint = Arrays.stream(values()).filter(h -> Arrays.stream(h.codes).anyMatch(c -> c == code)).findFirst();
    return hint.map(h -> h.text).orElse("please report it; --device cpu does without the GPU");
  }
}
