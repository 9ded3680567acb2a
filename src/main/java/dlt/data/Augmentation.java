package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Applies random changes to the samples of one epoch. Which change an input gets depends on seed, step, input, epoch and the
/// sample's number alone; where there are masks, images move as the first one does, and the masks with them. For use by one
/// thread.
final class Augmentation {
  private final List<Augment> steps;
  private final List<Group> groups = new ArrayList<>();

  /// Images that move as one, and the maps that move with them. A single tensor of other numbers is a group of its own,
  /// which noise is added to.
  private record Group(List<Changed> images, List<Changed> maps, List<List<Philox>> random, boolean pictures) {}

  /// A field that changes: `x` holds its values meanwhile.
  private record Changed(boolean target, int field, DType dtype, float[] x, Move.Planes planes) {
    void load(MemorySegment from) {
      if (dtype == DType.INT64) {
        for (int i = 0; i < x.length; i++) {
          x[i] = from.get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i);
        }
      } else {
        MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, 0, x, 0, x.length);
      }
    }

    void store(MemorySegment to) {
      if (dtype == DType.INT64) {
        for (int i = 0; i < x.length; i++) {
          to.set(ValueLayout.JAVA_LONG_UNALIGNED, 8L * i, (long) x[i]);
        }
      } else {
        MemorySegment.copy(x, 0, to, ValueLayout.JAVA_FLOAT, 0, x.length);
      }
    }
  }

  /// `steps` as [Augment#check] let them pass for `schema`; those that mix samples are left out.
  Augmentation(List<Augment> steps, Schema schema, long seed, int epoch) {
    this.steps = steps.stream().filter(s -> !s.mixes()).toList();
    ImageFields fields = ImageFields.of(schema);
    if (fields.images().isEmpty()) {
      for (int i = 0; i < schema.inputs().size(); i++) {
        if (ImageFields.numeric(schema.inputs().get(i))) {
          groups.add(new Group(List.of(changed(schema, false, i)), List.of(), List.of(random(i, seed, epoch)), false));
        }
      }
      return;
    }
    List<Integer> together = fields.images().stream().filter(i -> fields.mapped() && fields.likeFirst(i)).toList();
    if (!together.isEmpty()) {
      List<Changed> maps = new ArrayList<>();
      fields.inputMaps().forEach(i -> maps.add(changed(schema, false, i)));
      fields.targetMaps().forEach(i -> maps.add(changed(schema, true, i)));
      groups.add(group(schema, together, maps, seed, epoch));
    }
    fields.images().stream().filter(i -> !together.contains(i)).forEach(i -> groups.add(group(schema, List.of(i), List.of(), seed, epoch)));
  }

  private Group group(Schema schema, List<Integer> images, List<Changed> maps, long seed, int epoch) {
    return new Group(images.stream().map(i -> changed(schema, false, i)).toList(), maps, images.stream().map(i -> random(i, seed, epoch)).toList(), true);
  }

  private List<Philox> random(int input, long seed, int epoch) {
    return IntStream.range(0, steps.size()).mapToObj(s -> new Philox(seed, Philox.Purpose.AUGMENT.stream(s << 8 | input), epoch)).toList();
  }

  private static Changed changed(Schema schema, boolean target, int field) {
    TensorType type = (target ? schema.targets() : schema.inputs()).get(field).type();
    Shape shape = type.shape();
    int size = Math.toIntExact(shape.size());
    int height = shape.rank() < 2 ? 1 : shape.dim(-2);
    int width = shape.rank() < 2 ? size : shape.dim(-1);
    boolean map = target || shape.rank() != 3;
    return new Changed(target, field, type.dtype(), new float[size], new Move.Planes(size / (height * width), height, width, map));
  }

  /// Changes sample number `sample`, whose fields lie at the beginnings of `inputs` and `targets`.
  void apply(int sample, List<MemorySegment> inputs, List<MemorySegment> targets) {
    for (Group group : groups) {
      group.images.forEach(c -> c.load(inputs.get(c.field)));
      group.maps.forEach(c -> c.load((c.target ? targets : inputs).get(c.field)));
      for (int s = 0; s < steps.size(); s++) {
        apply(sample, s, group);
      }
      group.images.forEach(c -> c.store(inputs.get(c.field)));
      group.maps.forEach(c -> c.store((c.target ? targets : inputs).get(c.field)));
    }
  }

  private void apply(int sample, int s, Group group) {
    Augment step = steps.get(s);
    if (step.moves()) {
      Move.Planes first = group.images.getFirst().planes;
      move(step, new Draws(group.random.getFirst().get(s), sample), first.height(), first.width()).ifPresent(m -> {
        group.images.forEach(c -> m.apply(c.x, c.planes, 0));
        group.maps.forEach(c -> m.apply(c.x, c.planes, (float) step.maskFill()));
      });
      return;
    }
    for (int i = 0; i < group.images.size(); i++) {
      Changed image = group.images.get(i);
      Draws draws = new Draws(group.random.get(i).get(s), sample);
      switch (step) {
        case Augment.RandomErasing e -> erase(image.x, image.planes, e, draws);
        case Augment.GaussianNoise n -> draws.addNormal(image.x, n.std());
        case Augment.ColorJitter j -> Colors.jitter(image.x, image.planes.channels(), j, draws);
        case Augment.RandomHorizontalFlip _, Augment.RandomVerticalFlip _, Augment.RandomCrop _, Augment.RandomResizedCrop _, Augment.RandomAffine _,
            Augment.Mixup _, Augment.Cutmix _ -> throw new IllegalStateException(step.toString());
      }
    }
  }

  /// What a step that moves does to one sample; empty: nothing.
  private static Optional<Move> move(Augment step, Draws draws, int height, int width) {
    return switch (step) {
      case Augment.RandomHorizontalFlip s -> draws.chance(s.p()) ? Optional.of(new Move.FlipRows()) : Optional.empty();
      case Augment.RandomVerticalFlip s -> draws.chance(s.p()) ? Optional.of(new Move.FlipColumns()) : Optional.empty();
      case Augment.RandomCrop s ->
          Optional.of(new Move.Shift(draws.below(2 * s.padding() + 1) - s.padding(), draws.below(2 * s.padding() + 1) - s.padding()));
      case Augment.RandomResizedCrop s -> Optional.of(window(s, draws, height, width));
      case Augment.RandomAffine s -> Optional.of(affine(s, draws, height, width));
      case Augment.RandomErasing _, Augment.GaussianNoise _, Augment.ColorJitter _, Augment.Mixup _, Augment.Cutmix _ -> Optional.empty();
    };
  }

  private static Move affine(Augment.RandomAffine step, Draws draws, int height, int width) {
    double angle = Math.toRadians(draws.between(-step.degrees(), step.degrees()));
    double right = draws.between(-step.translate(), step.translate()) * width;
    double down = draws.between(-step.translate(), step.translate()) * height;
    double scale = draws.between(step.scale().getFirst(), step.scale().getLast());
    double shear = StrictMath.tan(Math.toRadians(draws.between(-step.shear(), step.shear())));
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    // rotation * shear * scale is [[cos, cos * shear - sin], [sin, sin * shear + cos]] * scale with determinant scale^2
    return new Move.Affine(cos / scale, -sin / scale, -(cos * shear - sin) / scale, (sin * shear + cos) / scale, down, right);
  }

  /// As torchvision: up to ten tries for a window that fits, else the largest one in the middle.
  private static Move window(Augment.RandomResizedCrop step, Draws draws, int height, int width) {
    double low = step.ratio().getFirst();
    double high = step.ratio().getLast();
    for (int attempt = 0; attempt < 10; attempt++) {
      double area = height * width * draws.between(step.scale().getFirst(), step.scale().getLast());
      double ratio = StrictMath.exp(draws.between(StrictMath.log(low), StrictMath.log(high)));
      int w = (int) Math.rint(Math.sqrt(area * ratio));
      int h = (int) Math.rint(Math.sqrt(area / ratio));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        return new Move.Window(draws.below(height - h + 1), draws.below(width - w + 1), h, w);
      }
    }
    double ratio = (double) width / height;
    int w = ratio > high ? Math.max(1, (int) Math.rint(height * high)) : width;
    int h = ratio < low ? Math.max(1, (int) Math.rint(width / low)) : height;
    return new Move.Window((height - h) / 2, (width - w) / 2, h, w);
  }

  /// As torchvision: up to ten tries for a rectangle that fits.
  private static void erase(float[] x, Move.Planes planes, Augment.RandomErasing step, Draws draws) {
    if (!draws.chance(step.p())) {
      return;
    }
    int height = planes.height();
    int width = planes.width();
    double low = StrictMath.log(step.ratio().getFirst());
    double high = StrictMath.log(step.ratio().getLast());
    for (int attempt = 0; attempt < 10; attempt++) {
      double area = height * width * draws.between(step.scale().getFirst(), step.scale().getLast());
      double ratio = StrictMath.exp(draws.between(low, high));
      int h = (int) Math.round(Math.sqrt(area * ratio));
      int w = (int) Math.round(Math.sqrt(area / ratio));
      if (h < height && w < width) {
        int top = draws.below(height - h + 1);
        int left = draws.below(width - w + 1);
        for (int c = 0; c < planes.channels(); c++) {
          for (int y = top; y < top + h; y++) {
            int row = (c * height + y) * width;
            Arrays.fill(x, row + left, row + left + w, (float) step.value());
          }
        }
        return;
      }
    }
  }
}
