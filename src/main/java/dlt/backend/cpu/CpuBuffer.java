package dlt.backend.cpu;

import dlt.backend.Buffer;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;

/// A tensor in native memory, as the program computes with it.
///
/// @param workers who share the writing of many bytes: each thread finds much of what it reads next in its own cache
/// @param drawing how uniform numbers are drawn into it, where that is done by machine code
record CpuBuffer(TensorType type, MemorySegment data, Optional<Workers> workers, Optional<UniformFill> drawing) implements Buffer {
  private static final long PIECE = 32 << 10;

  CpuBuffer(TensorType type, MemorySegment data) {
    this(type, data, Optional.empty());
  }

  CpuBuffer(TensorType type, MemorySegment data, Optional<Workers> workers) {
    this(type, data, workers, Optional.empty());
  }

  @Override
  public void write(MemorySegment source) {
    check(source);
    if (workers.isEmpty() || data.byteSize() <= PIECE) {
      data.copyFrom(source);
    } else {
      workers.get().run(Math.toIntExact(Math.ceilDiv(data.byteSize(), PIECE)), part -> {
        long from = part * PIECE;
        MemorySegment.copy(source, from, data, from, Math.min(PIECE, data.byteSize() - from));
      });
    }
  }

  @Override
  public void fill(Consumer<HostTensor> values) {
    values.accept(new HostTensor(type, data));
  }

  @Override
  public void uniform(Philox random, double low, double high) {
    drawing.ifPresentOrElse(d -> d.fill(data, random, low, high), () -> Buffer.super.uniform(random, low, high));
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
}
