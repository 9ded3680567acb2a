package dlt.backend.cpu;

import dlt.backend.Buffer;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/// A tensor in native memory, as the program computes with it.
record CpuBuffer(TensorType type, MemorySegment data) implements Buffer {
  @Override
  public void write(MemorySegment source) {
    check(source);
    data.copyFrom(source);
  }

  @Override
  public void read(MemorySegment destination) {
    check(destination);
    destination.copyFrom(data);
  }

  @Override
  public double at(long i) {
    return new HostTensor(type, data).at(i);
  }

  @Override
  public void set(long i, double value) {
    new HostTensor(type, data).set(i, value);
  }

  private void check(MemorySegment other) {
    if (other.byteSize() != data.byteSize()) {
      throw new IllegalArgumentException("a buffer of " + type + " met " + other.byteSize() + " bytes");
    }
  }

  Operand operand() {
    return new Operand(type, data);
  }
}
