package dlt.backend.cuda;

import dlt.backend.Buffer;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// A tensor in device memory. Whoever reads or writes it waits for the work so far.
///
/// @param channelsLast whether what is [N, C, H, W] to the host lies [N, H, W, C]
record CudaBuffer(Device device, TensorType type, long address, boolean channelsLast) implements Buffer {
  @Override
  public void write(MemorySegment source) {
    check(source);
    device.write(address, channelsLast ? moved(source, true) : source);
  }

  @Override
  public void read(MemorySegment destination) {
    check(destination);
    if (channelsLast) {
      MemorySegment there = HostTensor.allocate(type).data();
      device.read(address, there);
      destination.copyFrom(moved(there, false));
    } else {
      device.read(address, destination);
    }
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
    Objects.checkIndex(i, type.shape().size());
    return address + (channelsLast ? place(i) : i) * type.dtype().bytes();
  }

  /// Where element `i` of [N, C, H, W] lies.
  private long place(long i) {
    long channels = type.shape().dim(1);
    long pixels = type.shape().size(2, 4);
    long plane = i / pixels;
    return (plane / channels * pixels + i % pixels) * channels + plane % channels;
  }

  private MemorySegment moved(MemorySegment from, boolean there) {
    MemorySegment to = HostTensor.allocate(type).data();
    for (long i = 0; i < type.shape().size(); i++) {
      long at = place(i);
      to.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, there ? at : i, from.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, there ? i : at));
    }
    return to;
  }

  private void check(MemorySegment other) {
    if (other.byteSize() != type.bytes()) {
      throw new IllegalArgumentException("a buffer of " + type + " met " + other.byteSize() + " bytes");
    }
  }
}
