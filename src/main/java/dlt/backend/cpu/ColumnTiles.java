package dlt.backend.cpu;

import dlt.backend.cpu.Taps.Tap;
import java.util.ArrayList;
import java.util.List;

/// Equal tiles of a row next to one another: `count` tiles of `width` columns. The places that the taps of the first one
/// name are counted from `origin`, those of the next ones from `advance` further on each.
record ColumnTiles(int count, int width, int origin, int advance, List<List<Tap>> taps) {

  /// The row cut into tiles of `width` columns (the last one perhaps narrower), equal neighbours together: code for one of
  /// them serves all.
  static List<ColumnTiles> of(List<List<Tap>> columns, int width) {
    List<ColumnTiles> tiles = new ArrayList<>();
    for (int first = 0; first < columns.size(); first += width) {
      List<List<Tap>> taps = columns.subList(first, Math.min(first + width, columns.size()));
      int origin = taps.stream().flatMap(List::stream).mapToInt(Tap::place).min().orElse(0);
      taps = taps.stream().map(c -> c.stream().map(t -> new Tap(t.k(), t.place() - origin)).toList()).toList();
      ColumnTiles last = tiles.isEmpty() ? null : tiles.getLast();
      if (last != null && last.taps.equals(taps) && (last.count == 1 || last.origin + last.count * last.advance == origin)) {
        int advance = last.count == 1 ? origin - last.origin : last.advance;
        tiles.set(tiles.size() - 1, new ColumnTiles(last.count + 1, last.width, last.origin, advance, taps));
      } else {
        tiles.add(new ColumnTiles(1, taps.size(), origin, 0, taps));
      }
    }
    return tiles;
  }
}
