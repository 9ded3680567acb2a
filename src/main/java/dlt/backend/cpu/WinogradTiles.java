package dlt.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The tiles of results that cover images, and their order. A tile has 4 results along a side, or 3 ([Winograd#NARROW_POINTS]) where whole
/// images make a block of tiles: then as many as can be are narrow, the last ones of a side.
///
/// Tiles are numbered image by image, rows down, along rows; but in a block of whole images those of a kind follow one another, so that those
/// that have a product do.
final class WinogradTiles {
  /// Rows of a part at most, if they are cut, and parts that there are at least then.
  private static final int MOST_ROWS = 4, LEAST_PARTS = 16;

  /// Equal neighbours along one side: tiles `first` to `end - 1`; rows or columns `from` to `to - 1` of their windows lie in the
  /// image, and they have `results`.
  record Span(int first, int end, boolean narrow, int from, int to, int results) {
    /// A transform along this side.
    Winograd of(Winograd wide) {
      return narrow ? wide.narrow() : wide;
    }
  }

  /// Planes `first` to `first + planes - 1` have products of tiles `from` to `end - 1` of a block alone.
  record Range(int first, int planes, int from, int end) {}

  /// What is done with `count` tiles that follow one another in a row of an image; `tile` is the number of the first of them, `row`
  /// and `column` those of its spans, `y` and `x` its first result.
  @FunctionalInterface
  interface Body {
    void tiles(int tile, int count, int row, int column, int image, int y, int x);
  }

  /// One side: pixels, zeros before them, results, and tiles, of which the first ones are wide.
  private record Side(int size, int before, int results, int tiles, int wide) {
    static Side of(Taps taps, boolean narrow) {
      int tiles = Math.ceilDiv(taps.out(), Winograd.RESULT.tile);
      return new Side(taps.in(), taps.pad(), taps.out(), tiles, narrow ? Math.max(0, taps.out() - tiles * Winograd.RESULT_NARROW.tile) : tiles);
    }

    /// The first result of a tile.
    int first(int tile) {
      return Winograd.RESULT.tile * Math.min(tile, wide) + Winograd.RESULT_NARROW.tile * Math.max(0, tile - wide);
    }

    /// The first pixel of the window, in the image or beyond, and the one behind it.
    int begin(int tile) {
      return first(tile) - before;
    }

    int end(int tile) {
      return begin(tile) + (tile < wide ? Winograd.IMAGE : Winograd.IMAGE_NARROW).inputs;
    }

    List<Span> spans() {
      List<Span> spans = new ArrayList<>();
      for (int t = 0; t < tiles; t++) {
        int to = Math.clamp(size - begin(t), 0, end(t) - begin(t));
        int from = Math.clamp(-begin(t), 0, to);
        int here = Math.min(first(t + 1), results) - first(t);
        Span next = new Span(t, t + 1, t >= wide, from, to, here);
        Span last = spans.isEmpty() ? null : spans.getLast();
        if (last != null && last.narrow == next.narrow && last.from == from && last.to == to && last.results == here) {
          spans.set(spans.size() - 1, new Span(last.first, t + 1, last.narrow, from, to, here));
        } else {
          spans.add(next);
        }
      }
      return spans;
    }
  }

  /// The tiles of an image in some rows and columns of tiles.
  private record Kind(int firstRow, int endRow, int firstColumn, int endColumn) {
    int across() {
      return endColumn - firstColumn;
    }

    int tiles() {
      return (endRow - firstRow) * across();
    }
  }

  private final int n;
  private final Side down;
  private final Side across;
  private final List<Span> rows;
  private final List<Span> columns;
  private final List<Kind> kinds;
  /// Tiles of a part, the blocks that it is cut into, and the tiles of the largest one.
  private final int part;
  private final int cuts;
  private final int block;

  /// Tiles of the results of `n` images, in blocks of at most `most` tiles, as equal as can be; the number of blocks is a multiple of
  /// `times`, where there are as many.
  WinogradTiles(int n, Taps rows, Taps columns, int most, int times) {
    this(n, rows, columns, most, times, false);
  }

  /// The same where the results of a part, which is some blocks, follow one another in channels-last images: a part has all tiles of
  /// the rows that it has any of.
  static WinogradTiles ofWholeRows(int n, Taps rows, Taps columns, int most, int times) {
    return new WinogradTiles(n, rows, columns, most, times, true);
  }

  private WinogradTiles(int n, Taps rows, Taps columns, int most, int times, boolean wholeRows) {
    this.n = n;
    int each = Side.of(rows, false).tiles * Side.of(columns, false).tiles;
    down = Side.of(rows, each <= most);
    across = Side.of(columns, each <= most);
    this.rows = down.spans();
    this.columns = across.spans();
    kinds = new ArrayList<>();
    // in this order wide rows follow one another, and so do wide columns
    kind(down.wide, down.tiles, 0, across.wide);
    kind(0, down.wide, 0, across.wide);
    kind(0, down.wide, across.wide, across.tiles);
    kind(down.wide, down.tiles, across.wide, across.tiles);
    int unit = kinds.size() > 1 ? each : wholeRows ? across.tiles : 1;
    int units = count() / unit;
    int parts = Math.ceilDiv(Math.ceilDiv(units, Math.max(1, most / unit)), times) * times;
    part = (unit <= most ? Math.ceilDiv(units, parts) : rowsOfPart(units, most)) * unit;
    cuts = Math.ceilDiv(part, most);
    block = Math.ceilDiv(part, cuts);
  }

  /// How many of so many rows, each of more than `most` tiles, are cut into the fewest blocks a row.
  private int rowsOfPart(int rows, int most) {
    int best = 1;
    for (int r = 2; r <= MOST_ROWS && rows % r == 0 && rows / r >= LEAST_PARTS; r *= 2) {
      if (Math.ceilDiv(r * across.tiles, most) * best < Math.ceilDiv(best * across.tiles, most) * r) {
        best = r;
      }
    }
    return best;
  }

  private void kind(int firstRow, int endRow, int firstColumn, int endColumn) {
    Kind kind = new Kind(firstRow, endRow, firstColumn, endColumn);
    if (kind.tiles() > 0) {
      kinds.add(kind);
    }
  }

  int count() {
    return n * down.tiles * across.tiles;
  }

  /// Tiles of the largest block.
  int block() {
    return block;
  }

  int blocks() {
    return parts() * cuts;
  }

  int parts() {
    return Math.ceilDiv(count(), part);
  }

  /// Blocks of a part.
  int cuts() {
    return cuts;
  }

  /// The first tile of a block; of the one behind the last block, how many tiles there are.
  int first(int number) {
    int begin = Math.min(number / cuts * part, count());
    return begin + Math.min(part, count() - begin) * (number % cuts) / cuts;
  }

  /// The first result of a part of whole rows, in pixels from the first image's first one on; of the part behind the last one, how many there are.
  long firstPixel(int number) {
    int tile = Math.min(number * part, count());
    int row = tile / across.tiles;
    return ((long) row / down.tiles * down.results + Math.min(down.first(row % down.tiles), down.results)) * across.results;
  }

  List<Span> rows() {
    return rows;
  }

  List<Span> columns() {
    return columns;
  }

  /// Which planes have products of which tiles, in a block of so many.
  List<Range> ranges(int tiles) {
    int n = Winograd.NARROW_POINTS;
    List<Range> ranges = new ArrayList<>();
    for (Range next : List.of(range(0, n * n, tiles, _ -> true), range(n * n, n, tiles, this::wideRows),
        range(n * n + n, n, tiles, this::wideColumns), range(n * n + 2 * n, 1, tiles, k -> wideRows(k) && wideColumns(k)))) {
      Range last = ranges.isEmpty() ? null : ranges.getLast();
      if (last != null && last.from == next.from && last.end == next.end) {
        ranges.set(ranges.size() - 1, new Range(last.first, last.planes + next.planes, last.from, last.end));
      } else {
        ranges.add(next);
      }
    }
    return ranges;
  }

  private boolean wideRows(Kind kind) {
    return kind.firstRow < down.wide;
  }

  private boolean wideColumns(Kind kind) {
    return kind.firstColumn < across.wide;
  }

  private Range range(int first, int planes, int tiles, Predicate<Kind> has) {
    int from = 0;
    int end = 0;
    int at = 0;
    for (Kind kind : kinds) {
      int next = at + in(kind, tiles);
      if (has.test(kind)) {
        from = end == 0 ? at : from;
        end = next;
      }
      at = next;
    }
    return new Range(first, planes, from, end);
  }

  /// Products of all tiles.
  long products() {
    return ranges(count()).stream().mapToLong(r -> (long) r.planes * (r.end - r.from)).sum();
  }

  /// What the transforms of all tiles take, in floating-point operations of a lane.
  long arithmetic(Winograd wide) {
    long sum = 0;
    for (Span row : rows) {
      for (Span column : columns) {
        sum += (long) n * (row.end - row.first) * (column.end - column.first) * Winograd.arithmetic(row.of(wide), column.of(wide));
      }
    }
    return sum;
  }

  /// How many of so many tiles of whole images are of a kind.
  private int in(Kind kind, int tiles) {
    return (int) ((long) tiles * kind.tiles() / (down.tiles * across.tiles));
  }

  /// Rows of pixels from the first image's first row on, one image after the other: from the first to behind the last one that
  /// tiles `first` to `end - 1`, some blocks, have windows in.
  int[] windowRows(int first, int end) {
    return new int[] {image(first) * down.size + Math.clamp(down.begin(row(first, 0)), 0, down.size),
        image(end - 1) * down.size + Math.clamp(down.end(row(end - 1, down.tiles - 1)), 0, down.size)};
  }

  /// The same of their results.
  int[] resultRows(int first, int end) {
    return new int[] {image(first) * down.results + down.first(row(first, 0)),
        image(end - 1) * down.results + Math.min(down.first(row(end - 1, down.tiles - 1) + 1), down.results)};
  }

  /// The most [#windowRows] and [#resultRows] of a block.
  int[] mostRows() {
    int[] most = new int[2];
    for (int number = 0; number < blocks(); number++) {
      int first = first(number);
      int end = first(number + 1);
      most[0] = Math.max(most[0], windowRows(first, end)[1] - windowRows(first, end)[0]);
      most[1] = Math.max(most[1], resultRows(first, end)[1] - resultRows(first, end)[0]);
    }
    return most;
  }

  private int image(int tile) {
    return tile / (down.tiles * across.tiles);
  }

  /// The row of a tile, or `whole` where blocks are whole images.
  private int row(int tile, int whole) {
    return kinds.size() > 1 ? whole : tile / across.tiles % down.tiles;
  }

  /// Calls `body` for tiles `first` to `end - 1` in order, as many at once as there are.
  void each(int first, int end, Body body) {
    int image = down.tiles * across.tiles;
    for (int tile = first; tile < end; ) {
      // of the block, or image, that the tile is in
      int begin = kinds.size() > 1 ? tile / block * block : tile / image * image;
      int tiles = kinds.size() > 1 ? Math.min(block, count() - begin) : image;
      int rest = tile - begin;
      int k = 0;
      while (rest >= in(kinds.get(k), tiles)) {
        rest -= in(kinds.get(k++), tiles);
      }
      Kind kind = kinds.get(k);
      int ty = kind.firstRow + rest % kind.tiles() / kind.across();
      int tx = kind.firstColumn + rest % kind.across();
      int until = Math.min(kind.endColumn, tx + end - tile);
      int row = 0;
      while (ty >= rows.get(row).end) {
        row++;
      }
      for (int column = 0; column < columns.size(); column++) {
        int from = Math.max(tx, columns.get(column).first);
        int count = Math.min(until, columns.get(column).end) - from;
        if (count > 0) {
          body.tiles(tile + from - tx, count, row, column, begin / image + rest / kind.tiles(), down.first(ty), across.first(from));
        }
      }
      tile += until - tx;
    }
  }
}
