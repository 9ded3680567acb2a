package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.cpu.WinogradTiles.Range;
import dlt.backend.cpu.WinogradTiles.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WinogradTilesTest {
  private static WinogradTiles tiles(int n, int height, int width, int most, int times) {
    return new WinogradTiles(n, new Taps(height, height, 3, 1, 1, 1), new Taps(width, width, 3, 1, 1, 1), most, times);
  }

  @Test
  void everyResultIsOfOneTileAndEveryTileComesOnce() {
    int[] sizes = IntStream.rangeClosed(1, 17).toArray();
    for (int height : sizes) {
      for (int width : sizes) {
        for (int most : new int[] {1, 9, 64}) {
          WinogradTiles tiles = tiles(3, height, width, most, 2);
          int[] seen = new int[3 * height * width];
          int[] next = {0};
          for (int first = 0; first < tiles.count(); first += 5) {
            tiles.each(first, Math.min(tiles.count(), first + 5), (tile, count, row, column, image, y, x) -> {
              assertThat(tile).isEqualTo(next[0]);
              next[0] += count;
              Span rows = tiles.rows().get(row);
              Span columns = tiles.columns().get(column);
              int across = columns.of(Winograd.RESULT).tile;
              for (int i = 0; i < rows.results(); i++) {
                for (int j = 0; j < (count - 1) * across + columns.results(); j++) {
                  seen[(image * height + y + i) * width + x + j]++;
                }
              }
            });
          }
          assertThat(next[0]).isEqualTo(tiles.count());
          assertThat(seen).containsOnly(1);
        }
      }
    }
  }

  @Test
  void planesOfTheLastPointHaveProductsOfWideTilesAlone() {
    for (int size : new int[] {3, 5, 6, 7, 8, 10, 13, 14}) {
      WinogradTiles tiles = tiles(7, size, size + 1, 64, 1);
      for (int begin = 0; begin < tiles.count(); begin += tiles.block()) {
        int first = begin;
        int end = Math.min(tiles.count(), first + tiles.block());
        List<Range> ranges = tiles.ranges(end - first);
        List<boolean[]> wide = new ArrayList<>();
        tiles.each(first, end, (_, count, row, column, _, _, _) -> {
          for (int i = 0; i < count; i++) {
            wide.add(new boolean[] {!tiles.rows().get(row).narrow(), !tiles.columns().get(column).narrow()});
          }
        });
        int last = Winograd.POINTS - 1;
        for (int row : new int[] {0, last}) {
          for (int column : new int[] {0, last}) {
            int plane = Winograd.plane(row, column);
            Range range = ranges.stream().filter(r -> plane >= r.first() && plane < r.first() + r.planes()).findAny().orElseThrow();
            for (int tile = 0; tile < end - first; tile++) {
              boolean has = (row < last || wide.get(tile)[0]) && (column < last || wide.get(tile)[1]);
              assertThat(tile >= range.from() && tile < range.end()).as("%d pixels, plane %d, tile %d", size, plane, tile).isEqualTo(has);
            }
          }
        }
      }
    }
  }

  @Test
  void sevenPixelsTakeElevenProductsAlongASide() {
    assertThat(tiles(1, 7, 7, 64, 1).products()).isEqualTo(121);
    assertThat(tiles(8, 14, 14, 64, 1).products()).isEqualTo(8 * 22 * 22);
    // an image's tiles are no block: all are wide
    assertThat(tiles(1, 14, 14, 14, 1).products()).isEqualTo(24 * 24);
  }
}
