package dlt.data;

import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
    for (int i = 0; i < size; i++) {
      int place = i;
      int sample = order.samples()[batch * order.batchSize() + i];
      for (int f = 0; f < slot.inputs().size(); f++) {
        dataset.read(sample, false, f, place(slot.inputs().get(f), i));
      }
      for (int f = 0; f < slot.targets().size(); f++) {
        readTarget(sample, f, place(slot.targets().get(f), i), slot.targets().get(f).type());
      }
      augmentation.ifPresent(a -> a.apply(sample, places(slot.inputs(), place), places(slot.targets(), place)));
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

  private static List<MemorySegment> places(List<HostTensor> tensors, int i) {
    return tensors.stream().map(t -> place(t, i)).toList();
  }

  private static MemorySegment place(HostTensor batch, int i) {
    long bytes = batch.type().bytes() / batch.shape().dim(0);
    return batch.data().asSlice(i * bytes, bytes);
  }
}
