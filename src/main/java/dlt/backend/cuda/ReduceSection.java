package dlt.backend.cuda;

import dlt.backend.cuda.Elements.Expression;
import dlt.op.Reduce;
import dlt.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// An expression of every element of some views, whose results are stored, reduced, or both. A block takes a tile: some results of the
/// reduction, for each of which `lanes` threads go over a slab of its elements in turn and then combine what they have in a tree.
/// Where there is more than one slab, a second section combines their results. The order depends on shapes alone.
final class ReduceSection {
  /// Elements that a thread takes before another slab is worth its own block and a second section.
  private static final int PATIENCE = 64;
  /// Elements that a thread takes at least where there are several slabs.
  private static final int LEAST = 16;
  /// Tiles that keep a GPU busy.
  private static final int TILES = 512;
  /// Instructions of an expression up to which a thread has four turns under way.
  private static final int SHORT = 24;

  /// What is reduced, and where to: `kinds` of the last results of the expression, into as many tensors of floats.
  record Reductions(List<Reduce.Kind> kinds, List<Long> addresses) {}

  private final Elements elements;
  private final Reductions reductions;
  private final Nest nest;
  private final int width;
  /// Whether neighbouring threads take neighbouring elements of one result; else they work on neighbouring results.
  private final boolean rows;
  private final int lanes;
  private final int tileWidth;
  private final long tilesAcross;
  private final long results;
  private final long turns;
  private final int slabs;
  private final int copies;

  private ReduceSection(Nest nest, int inputs, Expression expression, Reductions reductions) {
    int inner = nest.sizes().length - 1;
    this.rows = inner >= 0 && nest.reduced()[inner];
    this.width = rows && nest.quads() && nest.sizes()[inner] >= 16 ? 4 : 1;
    this.nest = nest.wide(width);
    this.elements = new Elements(nest.views(), inputs, width, expression);
    this.reductions = reductions;
    results = this.nest.only(false).size();
    turns = this.nest.only(true).size();
    int across = rows ? 1 : (int) Math.min(32, powerOfTwo(results));
    lanes = (int) Math.min(Section.THREADS / across, powerOfTwo(Math.ceilDiv(turns, 4)));
    tileWidth = Section.THREADS / lanes;
    tilesAcross = Math.ceilDiv(results, tileWidth);
    slabs = turns <= (long) lanes * PATIENCE ? 1
        : Math.clamp(Math.min(turns / ((long) lanes * LEAST), Math.ceilDiv(TILES, tilesAcross)), 1, TILES);
    Ptx ptx = new Ptx();
    expression.of(ptx, IntStream.range(0, inputs).mapToObj(v -> nest.views().get(v).dtype() == DType.FLOAT32 ? "%f" : "%d").toList());
    copies = ptx.body().lines().count() <= SHORT ? 4 : 1;
  }

  private static long powerOfTwo(long atLeast) {
    return atLeast <= 1 ? 1 : Long.highestOneBit(atLeast - 1) << 1;
  }

  /// The first `inputs` of `views`, walked in loops of these sizes, are read; the first results are stored in the other views, the last
  /// reduced over the loops that are `reduced`, each to a tensor in which the other loops are row-major. The second section, if there is
  /// one, needs the first.
  static List<Section> of(Target target, int[] sizes, boolean[] reduced, List<View> views, int inputs, Expression expression, Reductions reductions) {
    if (IntStream.range(0, sizes.length).anyMatch(d -> !reduced[d] && sizes[d] == 0)) {
      return List.of();
    }
    ReduceSection s = new ReduceSection(Nest.of(sizes, reduced, views), inputs, expression, reductions);
    if (s.results > Integer.MAX_VALUE || s.turns > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a reduction of " + Arrays.toString(sizes) + " has more than 2^31 - 1 elements in a row, or rows");
    }
    if (s.slabs == 1) {
      return List.of(s.section(reductions.addresses));
    }
    List<Long> partial = new ArrayList<>();
    List<View> partialViews = new ArrayList<>();
    long elements = s.results * s.slabs;
    long scratch = target.scratch().allocate(4 * elements * reductions.kinds.size());
    for (int i = 0; i < reductions.kinds.size(); i++) {
      partial.add(scratch + 4 * elements * i);
      partialViews.add(new View(DType.FLOAT32, partial.get(i), new long[] {s.results, 1}));
    }
    List<Section> r = new ArrayList<>(List.of(s.section(partial)));
    r.addAll(of(target, new int[] {s.slabs, (int) s.results}, new boolean[] {true, false}, partialViews, partialViews.size(), (ptx, in) -> in, reductions));
    return r;
  }

  private Section section(List<Long> to) {
    List<Long> arguments = new ArrayList<>();
    nest.views().forEach(v -> arguments.add(v.address()));
    arguments.addAll(to);
    arguments.add(results);
    arguments.add(turns);
    arguments.add(tilesAcross);
    arguments.add(tilesAcross * slabs);
    arguments.add(Math.ceilDiv(turns, (long) slabs));
    Walk across = new Walk(nest.only(false), arguments);
    Walk along = new Walk(nest.only(true), arguments);
    int shared = lanes > 1 ? 4 * Section.THREADS * reductions.kinds.size() : 0;
    return new Section(Section.Code.of(shared, (ptx, place) -> new Writer(ptx, place, across, along).write()),
        arguments.stream().mapToLong(Long::longValue).toArray(), (int) Math.min(tilesAcross * slabs, 1 << 20));
  }

  /// Writes the code once.
  private final class Writer {
    private final Ptx ptx;
    private final Section.Place place;
    private final Walk along;
    private final Walk.Loaded acrossLoops;
    private final Walk.Loaded alongLoops;
    private final int views = elements.views().size();
    private final int inputs = elements.inputs();
    private final String[] pointers;
    private final String[] sums;
    private final String x;
    private final String y;
    /// Where a view is for the result at hand, and what has been read of those that stay there.
    private final String[] base = new String[views];
    private final String[][] fixed = new String[inputs][];

    Writer(Ptx ptx, Section.Place place, Walk across, Walk along) {
      this.ptx = ptx;
      this.place = place;
      this.along = along;
      pointers = new String[views + reductions.kinds.size()];
      for (int v = 0; v < pointers.length; v++) {
        pointers[v] = place.load64(ptx, v);
      }
      acrossLoops = across.load(ptx, place);
      alongLoops = along.load(ptx, place);
      sums = reductions.kinds.stream().map(k -> ptx.register(Ptx.Type.F32)).toArray(String[]::new);
      int bits = Integer.numberOfTrailingZeros(rows ? lanes : tileWidth);
      String low = ptx.b32("and.b32", place.thread(), "" + ((1 << bits) - 1));
      String high = ptx.b32("shr.u32", place.thread(), "" + bits);
      x = rows ? high : low;
      y = rows ? low : high;
    }

    void write() {
      int at = pointers.length;
      String count = place.load32(ptx, at);
      String all = place.load32(ptx, at + 1);
      String width = place.load32(ptx, at + 2);
      String tiles = place.load32(ptx, at + 3);
      String slabTurns = place.load32(ptx, at + 4);
      String tile = ptx.b32("mov.u32", place.block());
      String top = ptx.label();
      String done = ptx.label();
      ptx.place(top);
      ptx.jumpIf(ptx.test("setp.ge.u32", tile, tiles), done);
      String slab = ptx.b32("div.u32", tile, width);
      String result = ptx.b32("mad.lo.u32", ptx.b32("sub.u32", tile, ptx.b32("mul.lo.u32", slab, width)), "" + tileWidth, x);
      for (int i = 0; i < sums.length; i++) {
        ptx.add("mov.f32", sums[i], Ptx.constant(identity(reductions.kinds.get(i))));
      }
      String combine = ptx.label();
      String live = ptx.test("setp.lt.u32", result, count);
      ptx.jumpUnless(live, combine);
      String start = ptx.b32("mul.lo.u32", slab, slabTurns);
      String end = ptx.b32("min.u32", ptx.b32("add.u32", start, slabTurns), all);
      accumulate(result, ptx.b32("add.u32", start, y), end);
      ptx.place(combine);
      tree();
      String last = ptx.label();
      ptx.jumpIf(ptx.test("setp.ne.u32", y, "0"), last);
      ptx.jumpUnless(live, last);
      String to = ptx.b64("mul.wide.u32", ptx.b32("mad.lo.u32", slab, count, result), "4");
      for (int i = 0; i < sums.length; i++) {
        ptx.add("st.global.f32 [" + ptx.b64("add.u64", pointers[views + i], to) + "], " + sums[i]);
      }
      ptx.place(last);
      ptx.add("add.u32", tile, tile, place.blocks());
      ptx.jump(top);
      ptx.place(done);
    }

    /// Goes over the slab in turns `lanes` apart.
    private void accumulate(String result, String turn, String end) {
      String[] distances = acrossLoops.distances(ptx, result);
      for (int v = 0; v < views; v++) {
        base[v] = distances[v] == null ? pointers[v] : ptx.b64("add.u64", pointers[v], distances[v]);
      }
      for (int v = 0; v < inputs; v++) {
        fixed[v] = along.still(v) ? elements.load(ptx, v, base[v]) : null;
      }
      if (copies > 1) {
        String several = ptx.label();
        String few = ptx.label();
        ptx.place(several);
        String last = ptx.b32("add.u32", turn, "" + (copies - 1) * lanes);
        ptx.jumpIf(ptx.test("setp.ge.u32", last, end), few);
        turns(turn, copies);
        ptx.add("add.u32", turn, turn, "" + copies * lanes);
        ptx.jump(several);
        ptx.place(few);
      }
      String one = ptx.label();
      String over = ptx.label();
      ptx.place(one);
      ptx.jumpIf(ptx.test("setp.ge.u32", turn, end), over);
      turns(turn, 1);
      ptx.add("add.u32", turn, turn, "" + lanes);
      ptx.jump(one);
      ptx.place(over);
    }

    /// Some turns, all of them read before one is computed.
    private void turns(String first, int n) {
      String[][] addresses = new String[n][views];
      String[][][] loaded = new String[n][inputs][];
      for (int i = 0; i < n; i++) {
        String[] distances = alongLoops.distances(ptx, i == 0 ? first : ptx.b32("add.u32", first, "" + i * lanes));
        for (int v = 0; v < views; v++) {
          addresses[i][v] = distances[v] == null ? base[v] : ptx.b64("add.u64", base[v], distances[v]);
        }
        for (int v = 0; v < inputs; v++) {
          loaded[i][v] = fixed[v] != null ? fixed[v] : elements.load(ptx, v, addresses[i][v]);
        }
      }
      for (int i = 0; i < n; i++) {
        List<List<String>> results = elements.compute(ptx, loaded[i]);
        for (int v = inputs; v < views; v++) {
          elements.store(ptx, v, addresses[i][v], results);
        }
        for (int s = 0; s < sums.length; s++) {
          int place = views - inputs + s;
          Reduce.Kind kind = reductions.kinds.get(s);
          List<String> values = results.stream().map(r -> r.get(place)).toList();
          String value = width == 1 ? values.getFirst()
              : ptx.f32(op(kind), ptx.f32(op(kind), values.get(0), values.get(1)), ptx.f32(op(kind), values.get(2), values.get(3)));
          ptx.add(op(kind), sums[s], sums[s], value);
        }
      }
    }

    /// Combines the lanes of each result in pairs: through shared memory as long as they are in different warps. All threads take part.
    private void tree() {
      int unit = rows ? 1 : tileWidth;        // how many threads lanes are apart
      int most = lanes == 1 ? 0 : lanes * unit / 2;
      if (most >= 32) {
        String own = ptx.b32("mad.lo.u32", place.thread(), "4", ptx.b32("mov.u32", place.shared()));
        for (int s = 0; s < sums.length; s++) {
          ptx.add("st.shared.f32 [" + own + "+" + 4 * Section.THREADS * s + "], " + sums[s]);
        }
        place.await(ptx);
        for (int apart = most; apart >= Math.max(32, unit); apart /= 2) {
          String skip = ptx.label();
          ptx.jumpIf(ptx.test("setp.ge.u32", y, "" + apart / unit), skip);
          for (int s = 0; s < sums.length; s++) {
            String other = ptx.f32("ld.shared.f32", "[" + own + "+" + 4 * (Section.THREADS * s + apart) + "]");
            ptx.add(op(reductions.kinds.get(s)), sums[s], sums[s], other);
            if (apart > unit) {
              ptx.add("st.shared.f32 [" + own + "+" + 4 * Section.THREADS * s + "], " + sums[s]);
            }
          }
          ptx.place(skip);
          place.await(ptx);
        }
      }
      for (int apart = Math.min(16, most); apart >= unit && apart > 0; apart /= 2) {
        for (int s = 0; s < sums.length; s++) {
          String other = ptx.f32("shfl.sync.down.b32", sums[s], "" + apart, "31", "-1");
          ptx.add(op(reductions.kinds.get(s)), sums[s], sums[s], other);
        }
      }
    }
  }

  private static float identity(Reduce.Kind kind) {
    return switch (kind) {
      case SUM -> 0;
      case PROD -> 1;
      case MAX -> Float.NEGATIVE_INFINITY;
      case MIN -> Float.POSITIVE_INFINITY;
    };
  }

  private static String op(Reduce.Kind kind) {
    return switch (kind) {
      case SUM -> "add.rn.f32";
      case PROD -> "mul.rn.f32";
      case MAX -> "max.NaN.f32";
      case MIN -> "min.NaN.f32";
    };
  }
}
