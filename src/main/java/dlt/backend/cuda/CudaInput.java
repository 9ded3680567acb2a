package dlt.backend.cuda;

import dlt.backend.Buffer;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// An input of a program, a part of a ring from `offset` on. What is written returns at once, and arrives with the next run.
record CudaInput(InputRing ring, long offset, TensorType type) implements Buffer {
  @Override
  public void write(MemorySegment source) {
    check(source);
    ring.write(offset, source);
  }

  @Override
  public void read(MemorySegment destination) {
    check(destination);
    destination.copyFrom(written().data());
  }

  @Override
  public double at(long i) {
    return written().at(i);
  }

  @Override
  public void set(long i, double value) {
    HostTensor one = HostTensor.allocate(new TensorType(type.dtype(), Shape.SCALAR));
    one.set(0, value);
    ring.write(offset + Objects.checkIndex(i, type.shape().size()) * type.dtype().bytes(), one.data());
  }

  private HostTensor written() {
    return new HostTensor(type, ring.written().asSlice(offset, type.bytes()));
  }

  private void check(MemorySegment other) {
    if (other.byteSize() != type.bytes()) {
      throw new IllegalArgumentException("a buffer of " + type + " met " + other.byteSize() + " bytes");
    }
  }
}
