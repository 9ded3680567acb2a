package dlt.experiment;

import dlt.data.Column;
import dlt.data.Field;
import dlt.data.Preprocessing;
import dlt.data.Schema;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.graph.Node;
import dlt.layer.LayerException;
import dlt.layer.ModelScope;
import dlt.op.Cast;
import dlt.op.Gather;
import dlt.op.Input;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Which inputs a model looks up in embeddings and does nothing else with: they are indices, int64, and are not preprocessed.
final class Lookups {
  private Lookups() {}

  /// The numbers of these inputs in `schema`, each with the size of the smallest embedding that it is looked up in. None where
  /// the layers do not fit the inputs; whoever builds the graph says why.
  static SequencedMap<Integer, Integer> of(Experiment experiment, Schema schema) {
    GraphBuilder g = new GraphBuilder();
    ModelScope scope = new ModelScope(g, false, null);
    List<String> names = experiment.model().inputNames(schema);
    scope.classes(schema.classes());
    try {
      for (int i = 0; i < schema.inputs().size(); i++) {
        TensorType type = raw(experiment, schema.inputs().get(i));
        scope.input(names.get(i), g.input(Integer.toString(i), new TensorType(type.dtype(), type.shape().insert(0, 2))),
            schema.inputs().get(i).indices());
      }
      Value last = scope.apply(experiment.model().layers());
      g.output("output", last);
      for (String name : experiment.model().outputs()) {
        scope.named(name).ifPresent(v -> g.output(name, v));
      }
    } catch (LayerException | ShapeException | IndexOutOfBoundsException e) {
      return new TreeMap<>();
    }
    return found(g.build());
  }

  /// What a lookup would see: categories as their indices, other inputs as the preprocessing leaves them.
  private static TensorType raw(Experiment experiment, Field field) {
    boolean categories = !field.columns().isEmpty() && field.columns().stream().allMatch(Column::categorical);
    return categories ? field.type() : Preprocessing.output(experiment.data().steps(), field);
  }

  private static SequencedMap<Integer, Integer> found(Graph graph) {
    SequencedMap<Integer, Integer> r = new TreeMap<>();
    for (Node input : graph.nodes()) {
      if (input.op() instanceof Input i) {
        List<Node> tables = new ArrayList<>();
        if (lookedUp(graph, input, tables) && !tables.isEmpty()) {
          r.put(Integer.parseInt(i.name()), tables.stream().mapToInt(t -> t.type().shape().dim(0)).min().orElseThrow());
        }
      }
    }
    return r;
  }

  /// Whether `value` is used as an index alone; the tables are collected.
  private static boolean lookedUp(Graph graph, Node value, List<Node> tables) {
    for (Node user : graph.nodes()) {
      if (!user.inputs().contains(value)) {
        continue;
      }
      if (user.op() instanceof Cast c && c.dtype() == DType.INT64) {
        if (!lookedUp(graph, user, tables)) {
          return false;
        }
      } else if (user.op() instanceof Gather && user.inputs().get(1) == value && user.inputs().get(0) != value) {
        tables.add(user.inputs().get(0));
      } else if (value.type().dtype() == DType.FLOAT32) {
        return false; // a comparison with the padding index is of int64
      }
    }
    return true;
  }
}
