package dlt.backend.cpu;

import dlt.backend.Work;
import dlt.graph.Fusion;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Max pools of channels-last images that a pointwise group makes, such as normalised ones, and pointwise groups that read a max
/// pool's gradient: both are done with a band of rows of an image at a time, which lies in the core's cache and, where nobody else
/// reads it, never in memory. Where two groups read a gradient, either gathers it, which takes less than to write and read it.
final class PiecewisePools {
  /// Bytes of the rows of a band that a pool takes from, and of one that it gives a gradient to: the latter's reductions begin anew with
  /// each band, so that many rows do not add up in one float.
  private static final long WINDOW_BAND = 384 << 10, GRADIENT_BAND = 128 << 10;
  /// Parts that there are at least, where images have enough rows.
  private static final int PARTS = 16;
  /// Groups that may gather the same gradient.
  private static final int MOST_READERS = 2;
  /// Bytes of a gradient of which little is still in a cache when the last of it is stored: a smaller one costs less to read than to
  /// gather twice.
  private static final long BEYOND_CACHES = 16 << 20;

  private final Target target;
  private final Map<Work, MaxPoolPair> pairs;
  private final Set<Work> others;
  private final Set<Node> results = new HashSet<>();
  private final Map<Node, Work> makers = new HashMap<>();
  private final Map<Node, List<Work>> readers = new HashMap<>();
  /// What takes the place of a work; null for nothing.
  private final Map<Work, Work> instead = new HashMap<>();

  private PiecewisePools(Target target, Graph graph, List<Work> order, Map<Work, MaxPoolPair> pairs, Set<Work> others) {
    this.target = target;
    this.pairs = pairs;
    this.others = others;
    results.addAll(graph.outputs().values());
    results.addAll(graph.updates().values());
    for (Work work : order) {
      work.outputs().forEach(n -> makers.put(n, work));
      new LinkedHashSet<>(work.inputs()).forEach(n -> readers.computeIfAbsent(n, _ -> new ArrayList<>()).add(work));
    }
  }

  /// `order` with such works in place of those that they are made of. `others`: works that are computed in ways of their own.
  static List<Work> join(Target target, Graph graph, List<Work> order, Map<Work, MaxPoolPair> pairs, Set<Work> others) {
    PiecewisePools pools = new PiecewisePools(target, graph, order, pairs, others);
    for (Work work : order) {
      if (work instanceof Work.Single(Node node) && node.op() instanceof Nhwc(var op, var operands, var result) && result && !operands.contains(false)) {
        if (op instanceof MaxPool2d) {
          pools.pool(work, node);
        } else if (op instanceof MaxPool2dGrad && pairs.containsKey(work)) {
          pools.gradient(work, node);
        }
      }
    }
    List<Work> joined = new ArrayList<>();
    for (Work work : order) {
      Work w = pools.instead.getOrDefault(work, work);
      if (w != null) {
        joined.add(w);
      }
    }
    return joined;
  }

  private void pool(Work work, Node pool) {
    Node images = pool.inputs().getFirst();
    PoolGeometry g = MaxPoolPair.geometry(pool);
    if (!(makers.get(images) instanceof Work.Pointwise made) || others.contains(made) || instead.containsKey(made) || !made.outputs().equals(List.of(images))
        || !target.emits() || !ChannelsLastPool.fits(g) || StripGroup.slots(target, made.group(), g.c(), images).isEmpty()) {
      return;
    }
    List<Work> gradients = readers.get(images).stream().filter(w -> w != work && pairs.containsKey(w) && pairs.get(w) == pairs.get(work)).toList();
    boolean kept = results.contains(images) || readers.get(images).size() > 1 + gradients.size();
    if (kept && !window(g).disjoint()) {
      return;
    }
    instead.put(made, new Work.Piecewise(List.of(made, work), made.inputs(), kept ? List.of(pool, images) : List.of(pool)));
    instead.put(work, null);
    if (!kept) {
      gradients.forEach(w -> instead.put(w, new Work.Piecewise(List.of(w), w.inputs().subList(1, 2), w.outputs())));
    }
  }

  private void gradient(Work work, Node gradient) {
    List<Work> groups = readers.getOrDefault(gradient, List.of());
    Node upstream = gradient.inputs().get(1);
    // a result might take the place of what the next band still gathers from
    boolean joins = gradient.type().bytes() >= BEYOND_CACHES && !results.contains(gradient) && !groups.isEmpty() && groups.size() <= MOST_READERS && groups.stream().allMatch(w ->
        w instanceof Work.Pointwise(var group) && !others.contains(w) && !instead.containsKey(w) && !made(work, w) && !w.inputs().contains(upstream)
            && StripGroup.slots(target, group, MaxPoolPair.geometry(gradient).c(), gradient).isPresent());
    if (!joins) {
      return;
    }
    for (Work w : groups) {
      List<Node> inputs = new ArrayList<>(w.inputs());
      inputs.remove(gradient);
      inputs.add(upstream);
      instead.put(w, new Work.Piecewise(List.of(work, w), inputs, w.outputs()));
    }
    instead.put(work, null);
  }

  /// Whether a work makes images whose pool is still to be joined to it.
  private boolean made(Work gradient, Work work) {
    return work.outputs().stream().anyMatch(n -> readers.getOrDefault(n, List.of()).stream()
        .anyMatch(w -> w != gradient && w instanceof Work.Single(Node node) && node.op() instanceof Nhwc nhwc && nhwc.op() instanceof MaxPool2d));
  }

  // ---- what computes them

  /// Bands of rows of images: the rows of the results of each, and the rows of pixels that they take from.
  private record Bands(PoolGeometry g, List<int[]> results, List<int[]> pixels) implements Strips.Rows {
    @Override
    public int parts() {
      return g.n() * pixels.size();
    }

    int image(int part) {
      return part / pixels.size();
    }

    int[] result(int part) {
      return results.get(part % pixels.size());
    }

    int[] pixel(int part) {
      return pixels.get(part % pixels.size());
    }

    /// Bytes of rows of pixels.
    long bytes(int rows) {
      return 4L * g.c() * g.w() * rows;
    }

    long largest() {
      return bytes(pixels.stream().mapToInt(p -> p[1] - p[0]).max().orElse(0));
    }

    /// Whether the bands have every pixel once.
    boolean disjoint() {
      int end = 0;
      for (int[] p : pixels) {
        if (p[0] != end) {
          return false;
        }
        end = p[1];
      }
      return end == g.h();
    }

    @Override
    public long from(int part) {
      return ((long) image(part) * g.h() + pixel(part)[0]) * g.w();
    }

    @Override
    public long to(int part) {
      return ((long) image(part) * g.h() + pixel(part)[1]) * g.w();
    }
  }

  private static int rows(PoolGeometry g, int rows, long most) {
    return Math.clamp(Math.min(most, Math.ceilDiv(rows, Math.ceilDiv(PARTS, g.n()))), 1, rows);
  }

  private static Bands window(PoolGeometry g) {
    int rows = rows(g, g.oh(), WINDOW_BAND / (4L * g.c() * g.w()) / g.rows().stride());
    List<List<Taps.Tap>> taps = g.rows().pixels();
    List<int[]> results = new ArrayList<>();
    List<int[]> pixels = new ArrayList<>();
    for (int from = 0; from < g.oh(); from += rows) {
      int to = Math.min(g.oh(), from + rows);
      results.add(new int[] {from, to});
      int[] places = taps.subList(from, to).stream().flatMap(List::stream).mapToInt(Taps.Tap::place).sorted().toArray();
      pixels.add(places.length == 0 ? new int[2] : new int[] {places[0], places[places.length - 1] + 1});
    }
    return new Bands(g, results, pixels);
  }

  private static Bands gradient(PoolGeometry g) {
    int rows = rows(g, g.h(), GRADIENT_BAND / (4L * g.c() * g.w()));
    List<int[]> pixels = new ArrayList<>();
    for (int from = 0; from < g.h(); from += rows) {
      pixels.add(new int[] {from, Math.min(g.h(), from + rows)});
    }
    return new Bands(g, pixels, pixels);
  }

  /// `pairs`: the pool or gradient's, if it is one of two; `memory`: where what `work` reads and leaves lies.
  static Step compile(Target target, Work.Piecewise work, Map<Work, MaxPoolPair> pairs, Function<Node, MemorySegment> memory) {
    return switch (work.works().getFirst()) {
      case Work.Pointwise(var group) -> pool(target, group, work, Optional.ofNullable(pairs.get(work.works().getLast())), memory);
      case Work.Single(Node gradient) when work.works().size() == 1 ->
          pairs.get(work.works().getFirst()).gradient(memory.apply(gradient.inputs().get(1)), 0, memory.apply(gradient));
      case Work.Single(Node gradient) -> gradient(target, gradient, ((Work.Pointwise) work.works().getLast()).group(), pairs.get(work.works().getFirst()), memory);
      case Work.Ended _, Work.Several _, Work.Piecewise _ -> throw new AssertionError(work);
    };
  }

  private static Step pool(Target target, Fusion.Group group, Work.Piecewise work, Optional<MaxPoolPair> pair, Function<Node, MemorySegment> memory) {
    Node pool = work.outputs().getFirst();
    Node images = pool.inputs().getFirst();
    PoolGeometry g = MaxPoolPair.geometry(pool);
    boolean kept = work.outputs().contains(images);
    Bands bands = window(g);
    StripGroup rows = new StripGroup(target, group, StripGroup.slots(target, group, g.c(), kept ? null : images).orElseThrow(), Pieces.of(bands, g.c()),
        target::shared, n -> n == images && !kept ? MemorySegment.NULL : memory.apply(n));
    ChannelsLastPool.ImageRows max = new ChannelsLastPool(target, g).maxRows(memory.apply(pool), pair.map(MaxPoolPair::places).orElse(null));
    if (kept) {
      long address = memory.apply(images).address();
      return () -> target.workers().run(bands.parts(), part -> {
        rows.run(part);
        max.run(bands.image(part), bands.result(part)[0], bands.result(part)[1], address + bands.image(part) * bands.bytes(g.h()));
      });
    }
    Workspace workspace = target.workspace();
    workspace.reserve(bands.largest());
    return () -> target.workers().run(bands.parts(), part -> workspace.use(own -> {
      rows.run(part, own);
      max.run(bands.image(part), bands.result(part)[0], bands.result(part)[1], own - bands.bytes(bands.pixel(part)[0]));
    }));
  }

  private static Step gradient(Target target, Node gradient, Fusion.Group group, MaxPoolPair pair, Function<Node, MemorySegment> memory) {
    PoolGeometry g = MaxPoolPair.geometry(gradient);
    Bands bands = gradient(g);
    StripGroup rows = new StripGroup(target, group, StripGroup.slots(target, group, g.c(), gradient).orElseThrow(), Pieces.of(bands, g.c()), target::shared,
        n -> n == gradient ? MemorySegment.NULL : memory.apply(n));
    ChannelsLastPool.ImageRows gather = new ChannelsLastPool(target, g).maxGradRows(pair.places(), memory.apply(gradient.inputs().get(1)));
    Workspace workspace = target.workspace();
    workspace.reserve(bands.largest());
    return () -> {
      target.workers().run(bands.parts(), part -> workspace.use(own -> {
        gather.run(bands.image(part), bands.pixel(part)[0], bands.pixel(part)[1], own - bands.bytes(bands.pixel(part)[0]));
        rows.run(part, own);
      }));
      rows.end();
    };
  }
}
