package dlt.graph;

import dlt.op.MatMul;
import dlt.op.Pad;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The gradients that a value receives from its consumers, and their sum. They are added one by one, but for two kinds of which an
/// unrolled sequence makes one a step, so that a step would go over the whole of the value:
///
/// - Gradients of slices, zero elsewhere, are put side by side.
/// - Products A^T B with fewer elements in A and B than in the product become one product of all rows of A and B.
final class Received {
  /// A gradient of elements `start` to `end - 1` of dimension `dim`, which `padded` has zeros around.
  private record Piece(int dim, int start, int end, Value gradient, Value padded) {}

  private final List<Piece> pieces = new ArrayList<>();
  private final List<Node> products = new ArrayList<>();
  private Value sum;

  void add(GraphBuilder g, Value gradient) {
    Node node = (Node) gradient;
    if (node.op() instanceof Pad pad && pad.value() == 0) {
      int[] dims = padded(pad);
      if (dims.length == 1) {
        int start = pad.before().get(dims[0]);
        Value piece = node.inputs().getFirst();
        pieces.add(new Piece(dims[0], start, start + piece.shape().dim(dims[0]), piece, gradient));
        return;
      }
    }
    if (node.op().equals(new MatMul(true, false)) && node.shape().rank() == 2
        && node.inputs().stream().mapToLong(i -> i.shape().size()).sum() < node.shape().size()) {
      products.add(node);
      return;
    }
    sum = sum == null ? gradient : g.add(sum, gradient);
  }

  /// The dimensions along which there are zeros.
  private static int[] padded(Pad pad) {
    return IntStream.range(0, pad.before().size()).filter(d -> pad.before().get(d) + pad.after().get(d) > 0).toArray();
  }

  /// The sum of what was added, one gradient at least; of the value's shape.
  Value sum(GraphBuilder g, Shape shape) {
    List<Value> parts = new ArrayList<>();
    if (sum != null) {
      parts.add(sum);
    }
    rows().forEach(row -> parts.add(row.size() == 1 ? row.getFirst().padded : sideBySide(g, row, shape)));
    if (products.size() == 1) {
      parts.add(products.getFirst());
    } else if (!products.isEmpty()) {
      parts.add(g.matmul(below(g, 0), below(g, 1), true, false));
    }
    return parts.stream().reduce(g::add).orElseThrow();
  }

  /// The pieces in rows along a dimension, in which they do not overlap.
  private List<List<Piece>> rows() {
    List<List<Piece>> rows = new ArrayList<>();
    for (Piece piece : pieces.stream().sorted(Comparator.comparingInt(Piece::start)).toList()) {
      List<Piece> row = rows.stream().filter(r -> r.getLast().dim == piece.dim && r.getLast().end <= piece.start).findFirst().orElse(null);
      if (row == null) {
        row = new ArrayList<>();
        rows.add(row);
      }
      row.add(piece);
    }
    return rows;
  }

  private static Value sideBySide(GraphBuilder g, List<Piece> row, Shape shape) {
    int dim = row.getFirst().dim;
    List<Value> parts = new ArrayList<>();
    int end = 0;
    for (Piece piece : row) {
      gap(g, shape, dim, piece.start - end, parts);
      parts.add(piece.gradient);
      end = piece.end;
    }
    gap(g, shape, dim, shape.dim(dim) - end, parts);
    return g.concat(parts, dim);
  }

  private static void gap(GraphBuilder g, Shape shape, int dim, int size, List<Value> parts) {
    if (size > 0) {
      parts.add(g.fill(shape.with(dim, size), 0));
    }
  }

  /// Operand `i` of all products, one below the other.
  private Value below(GraphBuilder g, int i) {
    return g.concat(products.stream().map(p -> (Value) p.inputs().get(i)).toList(), 0);
  }
}
