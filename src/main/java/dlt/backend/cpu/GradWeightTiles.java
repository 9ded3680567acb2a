package dlt.backend.cpu;

import dlt.backend.cpu.ChannelsLastGradWeight.Next;
import dlt.backend.cpu.ChannelsLastGradWeight.Steps;
import dlt.backend.cpu.ChannelsLastGradWeight.Tap;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// The weights of a convolution of one group, as many to a tile as [ChannelsLastGradWeight] has registers for, and the kernels of
/// these tiles.
///
/// @param images the images as tiles read them
record GradWeightTiles(ConvGeometry g, PixelSteps images, List<Sweep> sweeps) {
  /// Channels of a tile of weights of a whole kernel row, a part of any vector.
  private static final int SOME_CHANNELS = 4;
  /// Tiles that ask for gradients.
  private static final int ASKING = 4;

  /// One weight of every output channel: its kernel position, its row of a panel, and its image value, in bytes from the first one of
  /// the window.
  record Weight(int ky, int kx, int row, long place) {}

  /// All weights of the source channels `first` to `end - 1`, tiles that share image values next to one another.
  record Sweep(int first, int end, List<Tile> tiles) {}

  /// Adds to the sums of `count` equal tiles, which begin `sums` bytes into a panel, rows `firstRow .. endRow - 1` of gradients at
  /// most; the first image value is `place` bytes into a window.
  record Run(Kernel kernel, int firstRow, int endRow, long place, long sums, int count) {}

  /// `count` tiles whose image values and sums begin `images` bytes and `sums` rows after one another.
  private record Equal(Tile tile, int count, long images, int sums) {}

  /// Rows of gradients that meet the same weights of a tile.
  private record Rows(int first, int end, List<Tap> taps) {}

  /// Weights that are summed at a time; where their kernel rows meet different rows of gradients, by several kernels.
  record Tile(List<Weight> weights, List<Rows> rows) {
    static Tile of(ConvGeometry g, List<Weight> weights) {
      List<Taps.Reach> down = g.rows().kernelReaches();
      List<Taps.Reach> across = g.columns().kernelReaches();
      Weight origin = weights.getFirst();
      SortedSet<Integer> bounds = new TreeSet<>();
      for (int ky = origin.ky; ky <= weights.getLast().ky; ky++) {
        bounds.add(down.get(ky).from());
        bounds.add(down.get(ky).end());
      }
      List<Rows> rows = new ArrayList<>();
      int first = bounds.removeFirst();
      for (int end : bounds) {
        List<Tap> taps = new ArrayList<>();
        for (Weight w : weights) {
          Taps.Reach reach = across.get(w.kx);
          if (down.get(w.ky).has(first) && !reach.empty()) {
            taps.add(new Tap(w.place - origin.place, w.row - origin.row, reach));
          }
        }
        if (!taps.isEmpty()) {
          rows.add(new Rows(first, end, taps));
        }
        first = end;
      }
      return new Tile(weights, rows);
    }

    private Weight first() {
      return weights.getFirst();
    }
  }

  /// Channels of a block: a vector of them, whose pixels are copied fast, where a kernel row's weights of some of these fit a tile;
  /// else as many as there fit weights of one kernel position.
  static int blockWidth(int most, int lanes, ConvGeometry g) {
    return wholeRows(most, g) ? lanes : Math.ceilDiv(g.c(), Math.ceilDiv(g.c(), Math.min(most, lanes)));
  }

  private static boolean wholeRows(int most, ConvGeometry g) {
    return most / g.kw() >= SOME_CHANNELS;
  }

  /// Weights of kernel rows, or positions, and channels of a block, in the order [kernel row][kernel column][channel] of a panel; sweeps of
  /// `atOnce` blocks.
  static GradWeightTiles ofBlocks(ConvGeometry g, ChannelBlocks blocks, int most, int atOnce) {
    PixelSteps images = blocks.steps();
    int width = blocks.width();
    List<Sweep> sweeps = new ArrayList<>();
    int taps = wholeRows(most, g) ? g.kw() : 1;
    int channels = wholeRows(most, g) ? SOME_CHANNELS : width;
    int next = atOnce * width;
    for (int first = 0; first < g.c(); first += next) {
      List<Tile> tiles = new ArrayList<>();
      for (int tap = 0; tap < g.kh() * g.kw(); tap += taps) {
        for (int c = first; c < Math.min(g.c(), first + next); c += channels) {
          List<Weight> tile = new ArrayList<>();
          for (int t = tap; t < tap + taps; t++) {
            for (int channel = c; channel < Math.min(g.c(), c + channels); channel++) {
              long place = window(g, images, t / g.kw(), t % g.kw()) + channel / width * blocks.block() + 4L * (channel % width);
              tile.add(new Weight(t / g.kw(), t % g.kw(), t * g.c() + channel, place));
            }
          }
          tiles.add(Tile.of(g, tile));
        }
      }
      sweeps.add(new Sweep(first, Math.min(g.c(), first + next), tiles));
    }
    return new GradWeightTiles(g, images, sweeps);
  }

  /// All weights in one sweep, in the order [kernel row][plane][kernel column][channel of the plane] of a panel.
  static GradWeightTiles of(ConvGeometry g, PixelSteps images, int most) {
    List<Weight> weights = new ArrayList<>();
    for (int ky = 0; ky < g.kh(); ky++) {
      for (int plane = 0; plane < images.planes(); plane++) {
        for (int kx = 0; kx < g.kw(); kx++) {
          for (int c = 0; c < images.run(); c++) {
            weights.add(new Weight(ky, kx, weights.size(), window(g, images, ky, kx) + plane * images.plane() + 4L * c));
          }
        }
      }
    }
    int run = g.window().dilationW() == 1 || images.planes() > 1 ? g.kw() * g.c() : g.c();
    // tiles that do not cross from run to run are all alike
    int size = IntStream.iterate(most, s -> s >= most * 2 / 3, s -> s - 1).filter(s -> run % s == 0).findFirst().orElse(most);
    int part = size == most && run > 2 * most ? run : weights.size();
    List<Tile> tiles = new ArrayList<>();
    for (int first = 0; first < weights.size(); first += part) {
      int count = Math.ceilDiv(part, size);
      for (int i = 0; i < count; i++) {
        int from = part == run ? part * i / count : i * size;
        int to = part == run ? part * (i + 1) / count : Math.min((i + 1) * size, part);
        tiles.add(Tile.of(g, weights.subList(first + from, first + to)));
      }
    }
    return new GradWeightTiles(g, images, List.of(new Sweep(0, g.c(), tiles)));
  }

  private static long window(ConvGeometry g, PixelSteps images, int ky, int kx) {
    return ky * g.window().dilationH() * images.row() + kx * g.window().dilationW() * images.pixel();
  }

  /// Whether each weight is in one kernel, over all rows of gradients that meet it.
  boolean whole() {
    return sweeps.stream().flatMap(s -> s.tiles.stream()).allMatch(t -> t.rows.size() == 1 && t.rows.getFirst().taps.size() == t.weights.size());
  }

  /// Kernels for the tiles of a sweep; those that do not `add` begin their sums. The image step of `pixels`, and of `gradients`, is for several images.
  /// What lies `imagesAhead` and `gradientsAhead` bytes further on is asked for, if that is not 0: image values by the tiles that are the
  /// first to read them, gradients by the first tiles, each a share of them.
  List<Run> kernels(Sweep sweep, Target target, int vectors, boolean add, Steps pixels, Steps gradients, long imagesAhead, long gradientsAhead) {
    long sumBytes = 4L * vectors * target.lanes();
    int shares = gradientsAhead == 0 ? 0 : Math.min(ASKING, sweep.tiles.size());
    List<Equal> all = equal(sweep.tiles, shares);
    List<Run> runs = new ArrayList<>();
    for (int share = 0; share < all.size(); share++) {
      Equal tiles = all.get(share);
      Weight first = tiles.tile.first();
      long readFirst = first.ky < g.window().strideH() && first.kx < g.window().strideW() ? imagesAhead : 0;
      Next next = share < shares ? new Next(readFirst, gradientsAhead, share, shares) : new Next(readFirst, 0, 0, 1);
      for (Rows r : tiles.tile.rows) {
        Kernel kernel = new ChannelsLastGradWeight(r.taps, vectors, add, g.ow(), pixels, gradients, tiles.images, next, sumBytes,
            tiles.sums * sumBytes).compile(target);
        runs.add(new Run(kernel, r.first, r.end, first.place, first.row * sumBytes, tiles.count));
      }
    }
    return runs;
  }

  /// Neighbours that differ in place alone; the first `single` tiles by themselves.
  private static List<Equal> equal(List<Tile> tiles, int single) {
    List<Equal> all = new ArrayList<>();
    int count;
    for (int i = 0; i < tiles.size(); i += count) {
      long images = 0;
      int sums = 0;
      count = 1;
      for (int j = i + 1; i >= single && j < tiles.size() && tiles.get(j).rows.equals(tiles.get(i).rows); j++, count++) {
        Weight last = tiles.get(j - 1).first();
        Weight next = tiles.get(j).first();
        if (count > 1 && (next.place - last.place != images || next.row - last.row != sums)) {
          break;
        }
        images = next.place - last.place;
        sums = next.row - last.row;
      }
      all.add(new Equal(tiles.get(i), count, images, sums));
    }
    return all;
  }
}
