package dlt.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Reads and augments the samples of a batch into a slot. For use by one thread.
final class Filler {
  private final Dataset dataset;
  private final List<Augmentation> augmentations;
  private final float[][] scratch;

  /// `augmentations` has one element an input, or none.
  Filler(Dataset dataset, List<Augmentation> augmentations) {
    this.dataset = dataset;
    this.augmentations = augmentations;
    this.scratch = new float[augmentations.size()][];
    for (int f = 0; f < scratch.length; f++) {
      scratch[f] = new float[Math.toIntExact(dataset.inputs().get(f).type().shape().size())];
    }
  }

  void fill(Batches.Order order, int batch, Batches.Slot slot) {
    for (int i = 0, n = order.size(batch); i < n; i++) {
      int sample = order.samples()[batch * order.batchSize() + i];
      for (int f = 0; f < slot.inputs().size(); f++) {
        MemorySegment to = place(slot.inputs().get(f).data(), dataset.inputs().get(f), i);
        dataset.read(sample, false, f, to);
        if (!augmentations.isEmpty()) {
          MemorySegment.copy(to, ValueLayout.JAVA_FLOAT, 0, scratch[f], 0, scratch[f].length);
          augmentations.get(f).apply(sample, scratch[f]);
          MemorySegment.copy(scratch[f], 0, to, ValueLayout.JAVA_FLOAT, 0, scratch[f].length);
        }
      }
      for (int f = 0; f < slot.targets().size(); f++) {
        dataset.read(sample, true, f, place(slot.targets().get(f).data(), dataset.targets().get(f), i));
      }
    }
  }

  private static MemorySegment place(MemorySegment data, Field field, int i) {
    long bytes = field.type().bytes();
    return data.asSlice(i * bytes, bytes);
  }
}
