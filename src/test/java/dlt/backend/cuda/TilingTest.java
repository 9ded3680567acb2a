package dlt.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.cuda.Tiling.Tile;
import dlt.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How products are cut, and the arithmetic of places that their kernels do.
class TilingTest {
  @ParameterizedTest
  @EnumSource(Precision.class)
  void slicesHaveAllOfKAndNoneIsEmpty(Precision precision) {
    int[] sizes = {0, 1, 15, 16, 17, 100, 784, 4096, 100_000, 3_211_264};
    for (int k : sizes) {
      for (int m : new int[] {1, 10, 64, 129, 5000}) {
        Tiling t = Tiling.of(precision, Tile.ALL, m, 64, k, 1);
        assertThat((long) t.slices() * t.slabs() * t.tile().depth).isGreaterThanOrEqualTo(k);
        assertThat((long) (t.slices() - 1) * t.slabs() * t.tile().depth).isLessThan(Math.max(1, k));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void largeProductsHaveLargeTilesAndFewResultsManySlices(Precision precision) {
    assertThat(Tiling.of(precision, Tile.ALL, 8192, 8192, 8192, 1)).isEqualTo(new Tiling(Tile.LARGE, 1, 512));
    assertThat(Tiling.of(precision, Tile.PLANES, 8192, 8192, 8192, 1).tile()).isNotEqualTo(Tile.LARGE);
    assertThat(Tiling.of(precision, Tile.ALL, 64, 64, 1_000_000, 1).slices()).isGreaterThan(32);
    assertThat(Tiling.of(precision, Tile.ALL, 10, 10, 10, 1).slices()).isOne();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 10, 16, 209, 641, 65535, 65536, 1_000_003, (1 << 30) - 1, 1 << 30, (1 << 30) + 1, Integer.MAX_VALUE})
  void divisionIsExactBelow31Bits(int by) {
    Divisor d = Divisor.of(by);
    for (long n : new long[] {0, 1, by - 1L, by, by + 1L, 2L * by - 1, 2L * by, 1 << 30, Integer.MAX_VALUE - 1L, Integer.MAX_VALUE, Integer.MAX_VALUE / by * (long) by - 1}) {
      if (n >= 0 && n <= Integer.MAX_VALUE) {
        long high = n * Integer.toUnsignedLong(d.multiplier()) >>> 32;
        assertThat(high + n >>> d.shift()).as(n + " / " + by).isEqualTo(n / by);
        assertThat(high + n).isLessThan(1L << 32);
      }
    }
  }

  @Test
  void dimensionsThatBothOperandsGoThroughAlikeAreOne() {
    assertThat(Batch.of(Shape.of(2, 3, 4, 5), Shape.of(2, 3, 5, 6)).dimensions()).containsExactly(new Batch.Dimension(6, 20, 30));
    assertThat(Batch.of(Shape.of(2, 3, 4, 5), Shape.of(5, 6)).dimensions()).containsExactly(new Batch.Dimension(6, 20, 0));
    assertThat(Batch.of(Shape.of(2, 1, 4, 5), Shape.of(1, 3, 5, 6)).dimensions())
        .containsExactly(new Batch.Dimension(2, 20, 0), new Batch.Dimension(3, 0, 30));
    assertThat(Batch.of(Shape.of(1, 1, 4, 5), Shape.of(5, 6))).isEqualTo(Batch.ONE);
    assertThat(Batch.of(Shape.of(2, 1, 4, 5), Shape.of(1, 3, 5, 6)).offsets(4)).containsExactly(20, 30);
  }
}
