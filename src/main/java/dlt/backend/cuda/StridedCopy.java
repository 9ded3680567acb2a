package dlt.backend.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A copy of a box of elements between two tensors: what transposing, slicing, joining and expanding come down to.
final class StridedCopy {
  /// A dimension shorter than this would leave most of a tile of transpose.cu empty.
  private static final int SHORT = 8;
  private static final int OUTER = 6;
  private static final int TILE = 32;

  private StridedCopy() {}

  /// `to[i] = from[i]` for a box of these sizes, both of one type.
  static List<Section> sections(Target target, int[] sizes, View from, View to) {
    return PointwiseSection.of(target, sizes, List.of(from, to), 1, (ptx, in) -> in);
  }

  /// The same through shared memory where the innermost dimension of one lies across the other.
  static List<Launch> compile(Target target, int[] sizes, View from, View to) {
    if (Arrays.stream(sizes).anyMatch(s -> s == 0)) {
      return List.of();
    }
    Nest nest = Nest.of(sizes, new boolean[sizes.length], List.of(from, to));
    int b = nest.sizes().length - 1;
    long[] x = nest.views().get(0).strides();
    long[] y = nest.views().get(1).strides();
    int a = 0;
    while (a < b && x[a] != 1) {
      a++;
    }
    if (a >= b || y[b] != 1 || nest.sizes()[a] < SHORT || nest.sizes()[b] < SHORT || b - 1 > OUTER) {
      return Section.launches(target, sections(target, sizes, from, to));
    }
    List<Integer> outer = new ArrayList<>();
    for (int d = 0; d < b; d++) {
      if (d != a) {
        outer.add(d);
      }
    }
    int tilesA = Math.ceilDiv(nest.sizes()[a], TILE);
    int tilesB = Math.ceilDiv(nest.sizes()[b], TILE);
    long tiles = (long) tilesA * tilesB;
    for (int d : outer) {
      tiles *= nest.sizes()[d];
    }
    Arguments arguments = new Arguments().add(from.address()).add(to.address()).add(nest.sizes()[a]).add(nest.sizes()[b]).add(tilesA).add(tilesB)
        .add(tiles).add(x[b]).add(y[a])
        .add(outer.stream().mapToLong(d -> x[d]).toArray(), OUTER, 0).add(outer.stream().mapToLong(d -> y[d]).toArray(), OUTER, 0)
        .add(outer.stream().mapToInt(d -> nest.sizes()[d]).toArray(), OUTER, 1).add(outer.size());
    return List.of(target.launch("transpose", "transpose" + from.dtype().bytes(), tiles, 1, arguments));
  }
}
