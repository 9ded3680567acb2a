package dlt.backend.cuda;

import dlt.backend.Buffer;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/// A tensor in device memory. Whoever reads or writes it waits for the work so far.
record CudaBuffer(Device device, TensorType type, long address) implements Buffer {
  @Override
  public void write(MemorySegment source) {
    check(source);
    device.write(address, source);
  }

  @Override
  public void read(MemorySegment destination) {
    check(destination);
    device.read(address, destination);
  }

  @Override
  public double at(long i) {
    HostTensor one = one();
    device.read(element(i), one.data());
    return one.at(0);
  }

  @Override
  public void set(long i, double value) {
    HostTensor one = one();
    one.set(0, value);
    device.write(element(i), one.data());
  }

  private HostTensor one() {
    return HostTensor.allocate(new TensorType(type.dtype(), Shape.SCALAR));
  }

  private long element(long i) {
    return address + java.util.Objects.checkIndex(i, type.shape().size()) * type.dtype().bytes();
  }

  private void check(MemorySegment other) {
    if (other.byteSize() != type.bytes()) {
      throw new IllegalArgumentException("a buffer of " + type + " met " + other.byteSize() + " bytes");
    }
  }
}
