package dlt.graph;

import dlt.op.Pad;
import dlt.op.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What values receive through slices of themselves: gradients of some elements, with zeros around. They are kept until all are there
/// and then put side by side: to add them up would go over the whole value once for each, which takes the square of a sequence's length.
final class SlicedGradients {
  /// A gradient of elements `start` to `end - 1` of dimension `dim`, which `padded` has zeros around.
  private record Piece(int dim, int start, int end, Value gradient, Value padded) {}

  private final Map<Node, List<Piece>> pieces = new HashMap<>();

  /// Keeps what `node` receives where it is a gradient of a slice.
  boolean keep(Node node, Value received) {
    if (!(((Node) received).op() instanceof Pad pad) || pad.value() != 0) {
      return false;
    }
    int[] dims = IntStream.range(0, pad.before().size()).filter(d -> pad.before().get(d) + pad.after().get(d) > 0).toArray();
    if (dims.length != 1) {
      return false;
    }
    int dim = dims[0];
    Piece piece = new Piece(dim, pad.before().get(dim), node.shape().dim(dim) - pad.after().get(dim), ((Node) received).inputs().getFirst(), received);
    pieces.computeIfAbsent(node, _ -> new ArrayList<>()).add(piece);
    return true;
  }

  /// What was kept for `node`, whose sum it receives.
  List<Value> of(GraphBuilder g, Node node) {
    List<List<Piece>> rows = new ArrayList<>();
    for (Piece piece : pieces.getOrDefault(node, List.of()).stream().sorted(Comparator.comparingInt(Piece::start)).toList()) {
      List<Piece> row = rows.stream().filter(r -> r.getLast().dim == piece.dim && r.getLast().end <= piece.start).findFirst().orElse(null);
      if (row == null) {
        row = new ArrayList<>();
        rows.add(row);
      }
      row.add(piece);
    }
    return rows.stream().map(row -> row.size() == 1 ? row.getFirst().padded : sideBySide(g, node, row)).toList();
  }

  private static Value sideBySide(GraphBuilder g, Node node, List<Piece> row) {
    int dim = row.getFirst().dim;
    List<Value> parts = new ArrayList<>();
    int end = 0;
    for (Piece piece : row) {
      gap(g, node, dim, piece.start - end, parts);
      parts.add(piece.gradient);
      end = piece.end;
    }
    gap(g, node, dim, node.shape().dim(dim) - end, parts);
    return g.concat(parts, dim);
  }

  private static void gap(GraphBuilder g, Node node, int dim, int size, List<Value> parts) {
    if (size > 0) {
      parts.add(g.fill(node.shape().with(dim, size), 0));
    }
  }
}
