package dlt.data;

import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads, augments and mixes the samples of a batch into a slot. For use by one thread.
final class Filler {
  private final Dataset dataset;
  private final Optional<Augmentation> augmentation;
  private final Optional<Mixing> mixing;

  Filler(Dataset dataset, Optional<Augmentation> augmentation, Optional<Mixing> mixing) {
    this.dataset = dataset;
    this.augmentation = augmentation;
    this.mixing = mixing;
  }

  void fill(Batches.Order order, int batch, Batches.Slot slot) {
    int size = order.size(batch);
    Places inputs = new Places(slot.inputs());
    Places targets = new Places(slot.targets());
    for (int i = 0; i < size; i++) {
      int sample = order.samples()[batch * order.batchSize() + i];
      for (int f = 0; f < slot.inputs().size(); f++) {
        dataset.read(sample, false, f, inputs.of(f, i));
      }
      for (int f = 0; f < slot.targets().size(); f++) {
        readTarget(sample, f, targets.of(f, i), slot.targets().get(f).type());
      }
      if (augmentation.isPresent()) {
        augmentation.get().apply(sample, inputs.of(i), targets.of(i));
      }
    }
    mixing.ifPresent(m -> m.apply(batch, slot, size));
  }

  /// A class index that the batch holds as the classes' probabilities becomes zeros with a one.
  private void readTarget(int sample, int field, MemorySegment to, TensorType batch) {
    TensorType type = dataset.targets().get(field).type();
    if (type.dtype() == batch.dtype()) {
      dataset.read(sample, true, field, to);
      return;
    }
    HostTensor index = HostTensor.allocate(type);
    dataset.read(sample, true, field, index.data());
    to.fill((byte) 0);
    to.set(ValueLayout.JAVA_FLOAT, index.longAt(0) * Float.BYTES, 1);
  }

  /// Where the samples of a batch lie.
  private static final class Places {
    private final List<HostTensor> tensors;
    private final long[] bytes;

    Places(List<HostTensor> tensors) {
      this.tensors = tensors;
      this.bytes = tensors.stream().mapToLong(t -> t.type().bytes() / t.shape().dim(0)).toArray();
    }

    /// Field `f` of sample number `i`.
    MemorySegment of(int f, int i) {
      return tensors.get(f).data().asSlice(i * bytes[f], bytes[f]);
    }

    /// All fields of sample number `i`.
    List<MemorySegment> of(int i) {
      List<MemorySegment> r = new ArrayList<>(bytes.length);
      for (int f = 0; f < bytes.length; f++) {
        r.add(of(f, i));
      }
      return r;
    }
  }
}
