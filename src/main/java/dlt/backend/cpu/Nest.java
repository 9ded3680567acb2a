package dlt.backend.cpu;

import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// The loops over an index space, outermost first, with the step of each operand in elements: its row-major stride, or 0
/// where it broadcasts. Neighbouring dimensions that all operands walk alike are one loop; at least one is left.
record Nest(List<Integer> dims, List<List<Long>> strides) {
  /// `operands` broadcast to `shape`.
  static Nest of(Shape shape, List<Shape> operands) {
    List<Integer> dims = new ArrayList<>();
    List<List<Long>> strides = new ArrayList<>();
    operands.forEach(o -> strides.add(new ArrayList<>()));
    for (int d = 0; d < shape.rank(); d++) {
      int size = shape.dim(d);
      if (size == 1) {
        continue;
      }
      List<Long> steps = new ArrayList<>();
      boolean alike = !dims.isEmpty();
      for (int i = 0; i < operands.size(); i++) {
        long step = step(shape, operands.get(i), d);
        steps.add(step);
        alike = alike && strides.get(i).getLast() == step * size;
      }
      if (alike) {
        dims.set(dims.size() - 1, Math.multiplyExact(dims.getLast(), size));
      } else {
        dims.add(size);
      }
      for (int i = 0; i < operands.size(); i++) {
        List<Long> s = strides.get(i);
        if (alike) {
          s.set(s.size() - 1, steps.get(i));
        } else {
          s.add(steps.get(i));
        }
      }
    }
    if (dims.isEmpty()) {
      dims.add(1);
      strides.forEach(s -> s.add(0L));
    }
    return new Nest(dims, strides);
  }

  private static long step(Shape shape, Shape operand, int d) {
    int own = d - (shape.rank() - operand.rank());
    if (own < 0 || operand.dim(own) == 1) {
      return 0;
    }
    if (operand.dim(own) != shape.dim(d)) {
      throw new IllegalArgumentException(operand + " does not broadcast to " + shape);
    }
    return operand.size(own + 1, operand.rank());
  }

  int depth() {
    return dims.size();
  }

  int slots() {
    return strides.size();
  }

  long stride(int slot, int level) {
    return strides.get(slot).get(level);
  }

  /// Elements from loop `level` inwards.
  long size(int level) {
    long n = 1;
    for (int d : dims.subList(level, dims.size())) {
      n *= d;
    }
    return n;
  }

  /// The loops from `level` inwards.
  Nest from(int level) {
    return new Nest(dims.subList(level, dims.size()), strides.stream().map(s -> s.subList(level, s.size())).toList());
  }

  /// Whether an operand takes one step an element throughout.
  boolean contiguous(int slot) {
    for (int level = 0; level < depth(); level++) {
      if (stride(slot, level) != size(level + 1)) {
        return false;
      }
    }
    return true;
  }

  /// Where an operand's element for element `i` of the first `levels` loops is.
  long offset(int slot, int levels, long i) {
    long offset = 0;
    long rest = i;
    for (int level = levels - 1; level >= 0; level--) {
      offset += rest % dims.get(level) * stride(slot, level);
      rest /= dims.get(level);
    }
    return offset;
  }
}
