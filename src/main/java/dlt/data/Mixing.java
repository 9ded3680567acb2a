package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// Mixes the samples of a batch with one another (Zhang et al., "mixup", 2018; Yun et al., "CutMix", 2019), as torchvision
/// does: each with the one before it, the first with the last, by one lambda from Beta(alpha, alpha). What is drawn depends
/// on seed, epoch and the batch's number alone. For use by one thread.
final class Mixing {
  /// Its numbers are drawn from a stream that no step has.
  private static final int STREAM = 0xffff;

  private final List<Augment> mixes;
  private final ImageFields fields;
  private final Philox random;

  /// `steps` as [Augment#check] let them pass for `schema`, of which those that mix samples count.
  Mixing(List<Augment> steps, Schema schema, long seed, int epoch) {
    this.mixes = steps.stream().filter(Augment::mixes).toList();
    this.fields = ImageFields.of(schema);
    this.random = new Philox(seed, Philox.Purpose.AUGMENT.stream(STREAM), epoch);
  }

  /// The rectangle that is pasted.
  private record Box(int top, int left, int bottom, int right) {}

  /// Mixes the first `size` samples of `slot`, batch number `batch`.
  void apply(int batch, Batches.Slot slot, int size) {
    if (size < 2) {
      return;
    }
    Draws draws = new Draws(random, batch);
    Augment step = mixes.get(draws.below(mixes.size()));
    switch (step) {
      case Augment.Mixup m -> {
        float lambda = (float) draws.beta(m.alpha());
        slot.inputs().forEach(t -> mix(t, size, lambda));
        slot.targets().forEach(t -> mix(t, size, lambda));
      }
      case Augment.Cutmix m -> {
        double lambda = draws.beta(m.alpha());
        Shape image = fields.shape(fields.images().getFirst());
        Box box = box(draws, Math.sqrt(1 - lambda), image.dim(1), image.dim(2));
        float share = 1 - (float) ((box.bottom - box.top) * (box.right - box.left)) / (image.dim(1) * image.dim(2));
        slot.inputs().forEach(t -> paste(t, size, box));
        for (int i = 0; i < slot.targets().size(); i++) {
          if (fields.targetMaps().contains(i)) {
            paste(slot.targets().get(i), size, box);
          } else {
            mix(slot.targets().get(i), size, share);
          }
        }
      }
      case Augment.RandomHorizontalFlip _, Augment.RandomVerticalFlip _, Augment.RandomCrop _, Augment.RandomResizedCrop _, Augment.RandomAffine _,
          Augment.RandomErasing _, Augment.GaussianNoise _, Augment.ColorJitter _ -> throw new IllegalStateException(step.toString());
    }
  }

  private static Box box(Draws draws, double side, int height, int width) {
    int x = draws.below(width);
    int y = draws.below(height);
    int halfHeight = (int) (side * height / 2);
    int halfWidth = (int) (side * width / 2);
    return new Box(Math.max(0, y - halfHeight), Math.max(0, x - halfWidth), Math.min(height, y + halfHeight), Math.min(width, x + halfWidth));
  }

  /// Each sample becomes `lambda` times itself and `1 - lambda` times the one before it.
  private static void mix(HostTensor t, int size, float lambda) {
    if (lambda == 1) {
      return;
    }
    long one = t.shape().size(1, t.shape().rank()) * Float.BYTES; // a batch may have more numbers than an array
    float[] last = sample(t, size - 1, one);
    float[] x = last;
    for (int i = size - 1; i >= 0; i--) {
      float[] before = i == 0 ? last : sample(t, i - 1, one);
      for (int j = 0; j < x.length; j++) {
        t.data().set(ValueLayout.JAVA_FLOAT, i * one + 4L * j, lambda * x[j] + (1 - lambda) * before[j]);
      }
      x = before;
    }
  }

  private static float[] sample(HostTensor t, int index, long bytes) {
    return t.data().asSlice(index * bytes, bytes).toArray(ValueLayout.JAVA_FLOAT);
  }

  /// Each sample takes the rectangle of the one before it, in every plane.
  private static void paste(HostTensor t, int size, Box box) {
    int bytes = t.dtype() == DType.INT64 ? Long.BYTES : Float.BYTES;
    long one = t.shape().size(1, t.shape().rank()) * bytes;
    MemorySegment last = MemorySegment.ofArray(t.data().asSlice((size - 1) * one, one).toArray(ValueLayout.JAVA_BYTE));
    int height = t.shape().dim(-2);
    long row = (long) t.shape().dim(-1) * bytes;
    long length = (long) (box.right - box.left) * bytes;
    for (int i = size - 1; i >= 0; i--) {
      MemorySegment from = i == 0 ? last : t.data().asSlice((i - 1) * one, one);
      for (long plane = 0; plane < one; plane += height * row) {
        for (int y = box.top; y < box.bottom; y++) {
          long at = plane + y * row + (long) box.left * bytes;
          MemorySegment.copy(from, at, t.data(), i * one + at, length);
        }
      }
    }
  }
}
