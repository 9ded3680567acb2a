package dlt.backend.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Loops that views are walked in, outermost first. Some are `reduced`: their turns become one. Loops of one turn are left out,
/// and neighbours that all views walk as one are one.
record Nest(int[] sizes, boolean[] reduced, List<View> views) {
  static Nest of(int[] sizes, boolean[] reduced, List<View> views) {
    int[] newSizes = new int[sizes.length];
    boolean[] newReduced = new boolean[sizes.length];
    long[][] strides = new long[views.size()][sizes.length];
    int n = 0;
    for (int d = 0; d < sizes.length; d++) {
      if (sizes[d] == 1) {
        continue;
      }
      int size = sizes[d];
      int at = d;
      int last = n - 1;
      boolean one = n > 0 && newReduced[last] == reduced[d] && (long) newSizes[last] * size <= Integer.MAX_VALUE;
      for (int v = 0; v < views.size() && one; v++) {
        one = strides[v][last] == views.get(v).strides()[at] * size;
      }
      if (one) {
        newSizes[last] *= size;
      } else {
        newSizes[n] = size;
        newReduced[n++] = reduced[d];
      }
      for (int v = 0; v < views.size(); v++) {
        strides[v][n - 1] = views.get(v).strides()[at];
      }
    }
    List<View> newViews = new ArrayList<>();
    for (int v = 0; v < views.size(); v++) {
      newViews.add(new View(views.get(v).dtype(), views.get(v).address(), Arrays.copyOf(strides[v], n)));
    }
    return new Nest(Arrays.copyOf(newSizes, n), Arrays.copyOf(newReduced, n), newViews);
  }

  /// The loops that are reduced, or those that are not, by themselves.
  Nest only(boolean ofReduced) {
    int[] levels = IntStream.range(0, sizes.length).filter(d -> reduced[d] == ofReduced).toArray();
    boolean[] r = new boolean[levels.length];
    Arrays.fill(r, ofReduced);
    return new Nest(Arrays.stream(levels).map(d -> sizes[d]).toArray(), r, views.stream()
        .map(v -> new View(v.dtype(), v.address(), Arrays.stream(levels).mapToLong(d -> v.strides()[d]).toArray())).toList());
  }

  /// Turns of all loops together.
  long size() {
    return Arrays.stream(sizes).asLongStream().reduce(1, Math::multiplyExact);
  }

  /// Whether all views can be walked four neighbours at a time, those that stand still in the innermost loop excepted.
  boolean quads() {
    int inner = sizes.length - 1;
    return inner >= 0 && sizes[inner] % 4 == 0 && views.stream().allMatch(v -> {
      long step = v.strides()[inner];
      return v.dtype().bytes() == 4 && (step == 0 || step == 1 && v.address() % 16 == 0
          && Arrays.stream(v.strides(), 0, inner).allMatch(s -> s % 4 == 0));
    });
  }

  /// The same loops, the innermost of which takes `width` neighbours a turn.
  Nest wide(int width) {
    if (width == 1) {
      return this;
    }
    int inner = sizes.length - 1;
    int[] newSizes = sizes.clone();
    newSizes[inner] /= width;
    return new Nest(newSizes, reduced, views.stream().map(v -> {
      long[] strides = v.strides().clone();
      strides[inner] *= width;
      return new View(v.dtype(), v.address(), strides);
    }).toList());
  }
}
