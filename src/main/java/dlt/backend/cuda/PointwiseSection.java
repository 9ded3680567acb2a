package dlt.backend.cuda;

import dlt.backend.cuda.Elements.Expression;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// An expression of every element of some views, stored in others: a thread takes one, or four neighbours, at a time.
final class PointwiseSection {
  /// Elements from which on it pays to take four at a time.
  private static final long MANY = 4096;

  private PointwiseSection() {}

  /// The first `inputs` of `views`, walked in loops of these sizes, are read; the others are written. An element that is written may lie
  /// where the same element of an input is, and nowhere else where something is read.
  static List<Section> of(Target target, int[] sizes, List<View> views, int inputs, Expression expression) {
    if (Arrays.stream(sizes).anyMatch(s -> s == 0)) {
      return List.of();
    }
    Nest nest = Nest.of(sizes, new boolean[sizes.length], views);
    if (nest.size() > Integer.MAX_VALUE && !nest.quads() || nest.size() / 4 > Integer.MAX_VALUE) {
      return halves(target, nest, inputs, expression);
    }
    int width = nest.size() >= MANY && nest.quads() ? 4 : 1;
    return List.of(section(target, nest.wide(width), new Elements(nest.views(), inputs, width, expression)));
  }

  /// Numbers of turns have 31 bits.
  private static List<Section> halves(Target target, Nest nest, int inputs, Expression expression) {
    List<Section> r = new ArrayList<>();
    int[] sizes = nest.sizes().clone();
    int first = sizes[0] / 2;
    sizes[0] = first;
    r.addAll(of(target, sizes, nest.views(), inputs, expression));
    sizes[0] = nest.sizes()[0] - first;
    r.addAll(of(target, sizes, nest.views().stream().map(v -> v.from(first * v.strides()[0])).toList(), inputs, expression));
    return r;
  }

  private static Section section(Target target, Nest nest, Elements elements) {
    List<Long> arguments = new ArrayList<>();
    nest.views().forEach(v -> arguments.add(v.address()));
    arguments.add(nest.size());
    Walk walk = new Walk(nest, arguments);
    return new Section(Section.Code.of(0, (ptx, place) -> write(ptx, place, walk, elements)), arguments.stream().mapToLong(Long::longValue).toArray(),
        target.blocks(nest.size(), Section.THREADS));
  }

  private static void write(Ptx ptx, Section.Place place, Walk walk, Elements elements) {
    int views = elements.views().size();
    int inputs = elements.inputs();
    String[] pointers = new String[views];
    for (int v = 0; v < views; v++) {
      pointers[v] = place.load64(ptx, v);
    }
    String end = place.load32(ptx, views);
    Walk.Loaded loops = walk.load(ptx, place);
    String[][] loaded = new String[inputs][];
    for (int v = 0; v < inputs; v++) {
      loaded[v] = walk.still(v) ? elements.load(ptx, v, pointers[v]) : null;
    }
    String index = ptx.b32("mad.lo.u32", place.block(), "" + Section.THREADS, place.thread());
    String step = ptx.b32("mul.lo.u32", place.blocks(), "" + Section.THREADS);
    String top = ptx.label();
    String done = ptx.label();
    ptx.place(top);
    ptx.jumpIf(ptx.test("setp.ge.u32", index, end), done);
    String[] distances = loops.distances(ptx, index);
    String[] addresses = new String[views];
    for (int v = 0; v < views; v++) {
      addresses[v] = distances[v] == null ? pointers[v] : ptx.b64("add.u64", pointers[v], distances[v]);
    }
    String[][] all = new String[inputs][];
    for (int v = 0; v < inputs; v++) {
      all[v] = loaded[v] != null ? loaded[v] : elements.load(ptx, v, addresses[v]);
    }
    List<List<String>> results = elements.compute(ptx, all);
    for (int v = inputs; v < views; v++) {
      elements.store(ptx, v, addresses[v], results);
    }
    ptx.add("add.u32", index, index, step);
    ptx.jump(top);
    ptx.place(done);
  }
}
