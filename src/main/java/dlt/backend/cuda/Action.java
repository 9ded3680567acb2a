package dlt.backend.cuda;

import dlt.backend.KernelCall;
import dlt.tensor.HostTensor;
import java.util.function.Supplier;

/// What a program does, one after the other, with what a profile calls it.
sealed interface Action {
  KernelCall call();

  /// A kernel of some work.
  record Call(Launch launch, Supplier<KernelCall> label) implements Action {
    @Override
    public KernelCall call() {
      return label.get();
    }
  }

  /// A copy within device memory.
  record Copy(long from, long to, long bytes) implements Action {
    @Override
    public KernelCall call() {
      return new KernelCall("copy of " + bytes + " bytes", 0, 0, 2 * bytes);
    }
  }

  /// A constant, brought to the device.
  record Upload(HostTensor value, long to) implements Action {
    @Override
    public KernelCall call() {
      return new KernelCall("constant of " + value.type().bytes() + " bytes", 0, 0, value.type().bytes());
    }
  }
}
