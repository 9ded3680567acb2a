package dlt.backend.cpu;

import java.util.ArrayList;
import java.util.List;

/// The tiles of 4x4 results that cover `n` images, numbered along rows, rows down, images on; `sizeH` x `sizeW` pixels of which
/// windows are cut, `top` and `left` zeros before them, `resultH` x `resultW` results.
record WinogradTiles(int n, int sizeH, int sizeW, int top, int left, int resultH, int resultW) {
  /// Equal neighbours along one side: tiles `first` to `end - 1`; rows or columns `from` to `to - 1` of their windows lie in the
  /// image, and they have `results`.
  record Span(int first, int end, int from, int to, int results) {}

  /// What is done with `count` tiles that follow one another in a row of an image; `tile` is the number of the first of them, `row`
  /// and `column` those of its spans, `y` and `x` its first result.
  @FunctionalInterface
  interface Body {
    void tiles(int tile, int count, int row, int column, int image, int y, int x);
  }

  int across() {
    return Math.ceilDiv(resultW, Winograd.TILE);
  }

  int down() {
    return Math.ceilDiv(resultH, Winograd.TILE);
  }

  int count() {
    return n * down() * across();
  }

  List<Span> rows() {
    return spans(sizeH, top, resultH);
  }

  List<Span> columns() {
    return spans(sizeW, left, resultW);
  }

  private static List<Span> spans(int size, int before, int results) {
    List<Span> spans = new ArrayList<>();
    for (int t = 0; t < Math.ceilDiv(results, Winograd.TILE); t++) {
      int start = t * Winograd.TILE - before;
      int to = Math.clamp(size - start, 0, Winograd.WINDOW);
      int from = Math.clamp(-start, 0, to);
      int here = Math.min(Winograd.TILE, results - t * Winograd.TILE);
      Span last = spans.isEmpty() ? null : spans.getLast();
      if (last != null && last.from == from && last.to == to && last.results == here) {
        spans.set(spans.size() - 1, new Span(last.first, t + 1, from, to, here));
      } else {
        spans.add(new Span(t, t + 1, from, to, here));
      }
    }
    return spans;
  }

  /// Rows of pixels from the first image's first row on, one image after the other: from the first to behind the last one that
  /// tiles `first` to `end - 1` have windows in.
  int[] windowRows(int first, int end) {
    int begin = first / across() % down() * Winograd.TILE - top;
    int last = (end - 1) / across() % down() * Winograd.TILE - top + Winograd.WINDOW;
    return new int[] {image(first) * sizeH + Math.clamp(begin, 0, sizeH), image(end - 1) * sizeH + Math.clamp(last, 0, sizeH)};
  }

  /// The same of their results.
  int[] resultRows(int first, int end) {
    int begin = first / across() % down() * Winograd.TILE;
    int last = (end - 1) / across() % down() * Winograd.TILE + Winograd.TILE;
    return new int[] {image(first) * resultH + begin, image(end - 1) * resultH + Math.min(last, resultH)};
  }

  /// The most [#windowRows] and [#resultRows] of blocks of so many tiles.
  int[] mostRows(int block) {
    int[] most = new int[2];
    for (int first = 0; first < count(); first += block) {
      int end = Math.min(count(), first + block);
      most[0] = Math.max(most[0], windowRows(first, end)[1] - windowRows(first, end)[0]);
      most[1] = Math.max(most[1], resultRows(first, end)[1] - resultRows(first, end)[0]);
    }
    return most;
  }

  private int image(int tile) {
    return tile / across() / down();
  }

  /// Calls `body` for tiles `first` to `end - 1` in order, as many at once as there are; `rows` and `columns` are [#rows] and
  /// [#columns].
  void each(List<Span> rows, List<Span> columns, int first, int end, Body body) {
    int across = across();
    int row = 0;
    for (int tile = first; tile < end; ) {
      int ty = tile / across % down();
      int image = tile / across / down();
      int begin = tile % across;
      int until = Math.min(across, begin + end - tile);
      while (row >= rows.size() || ty < rows.get(row).first || ty >= rows.get(row).end) {
        row = row >= rows.size() - 1 ? 0 : row + 1;
      }
      for (int column = 0; column < columns.size(); column++) {
        int from = Math.max(begin, columns.get(column).first);
        int count = Math.min(until, columns.get(column).end) - from;
        if (count > 0) {
          body.tiles(tile + from - begin, count, row, column, image, ty * Winograd.TILE, from * Winograd.TILE);
        }
      }
      tile += until - begin;
    }
  }
}
