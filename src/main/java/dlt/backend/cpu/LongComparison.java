package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.graph.Fusion;
import dlt.graph.Node;
import dlt.op.Binary;
import dlt.op.Fill;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Comparisons of int64: a group of one node, element by element.
final class LongComparison {
  /// One side: an operand with its steps in the nest, or a constant.
  private record Side(MemorySegment data, Nest nest, int slot, long constant) {
    long at(long i) {
      return data == null ? constant : data.getAtIndex(JAVA_LONG, nest.offset(slot, nest.depth(), i));
    }
  }

  private LongComparison() {}

  static Step compile(Target target, Binary.Kind kind, Fusion.Group group, List<Operand> inputs, Operand output) {
    List<Shape> shapes = inputs.stream().map(Operand::shape).toList();
    Nest nest = Nest.of(group.shape(), shapes);
    Side a = side(group, 0, inputs, nest);
    Side b = side(group, 1, inputs, nest);
    MemorySegment y = output.data();
    Blocks blocks = new Blocks(group.shape().size(), 1 << 14);
    return () -> target.workers().run(blocks.parts(), part -> {
      for (long i = blocks.from(part); i < blocks.to(part); i++) {
        y.setAtIndex(JAVA_FLOAT, i, holds(kind, a.at(i), b.at(i)) ? 1 : 0);
      }
    });
  }

  private static Side side(Fusion.Group group, int operand, List<Operand> inputs, Nest nest) {
    Node source = Fusion.source(group.nodes().getFirst().inputs().get(operand));
    if (source.op() instanceof Fill fill) {
      return new Side(null, nest, -1, (long) fill.value());
    }
    int slot = group.inputs().indexOf(source);
    return new Side(inputs.get(slot).data(), nest, slot, 0);
  }

  private static boolean holds(Binary.Kind kind, long a, long b) {
    return switch (kind) {
      case LESS -> a < b;
      case LESS_EQUAL -> a <= b;
      case EQUAL -> a == b;
      case ADD, SUB, MUL, DIV, MAX, MIN, POW -> throw new IllegalArgumentException(kind + " of int64");
    };
  }
}
