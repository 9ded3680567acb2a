package dlt.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dlt.error.Failure;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns an ONNX model into a graph. A graph has fixed shapes, so the model's inputs are given with values: their types are
/// those of the graph's inputs, and where an operator's shape follows from a value (the shape of a Reshape) the given one is
/// settled and that input is none of the graph's.
///
/// Floating numbers of any width are computed in float32, whole numbers are int64, and truth values are 0 and 1 in float32.
public final class OnnxImport {
  private final Map<String, OnnxNode.Operand> values = new HashMap<>();
  private final GraphBuilder graph = new GraphBuilder();
  private final long opset;

  private OnnxImport(long opset) {
    this.opset = opset;
  }

  /// The graph of `model` for inputs like `given`. Throws a [Failure] of kind DATA where an operator, or one of its arguments,
  /// has no form here.
  public static Graph graph(ModelProto model, Map<String, HostTensor> given) {
    long opset = model.getOpsetImportList().stream().filter(o -> o.getDomain().isEmpty()).mapToLong(OperatorSetIdProto::getVersion).findFirst().orElse(1);
    return new OnnxImport(opset).read(model.getGraph(), given);
  }

  private Graph read(GraphProto g, Map<String, HostTensor> given) {
    for (TensorProto t : g.getInitializerList()) {
      values.put(t.getName(), new OnnxNode.Operand(null, OnnxFile.tensor(t)));
    }
    for (ValueInfoProto input : g.getInputList()) {
      if (values.containsKey(input.getName())) {
        continue;
      }
      if (!input.getType().hasTensorType()) {
        throw new Failure(Failure.Kind.DATA, "[onnx] input " + input.getName() + ": found a sequence or an optional value, expected a tensor");
      }
      HostTensor value = given.get(input.getName());
      if (value == null) {
        throw new Failure(Failure.Kind.DATA, "[onnx] input " + input.getName() + ": no value was given for it, given: " + given.keySet());
      }
      values.put(input.getName(), new OnnxNode.Operand(graph.input(input.getName(), type(value)), value));
    }
    for (NodeProto n : g.getNodeList()) {
      List<OnnxNode.Operand> outputs = results(n);
      for (int i = 0; i < n.getOutputCount(); i++) {
        if (!n.getOutput(i).isEmpty()) {
          if (i >= outputs.size()) {
            throw new Failure(Failure.Kind.DATA, "[onnx] " + n.getOpType() + ": has no output " + (i + 1) + " here");
          }
          values.put(n.getOutput(i), outputs.get(i));
        }
      }
    }
    g.getOutputList().forEach(o -> graph.output(o.getName(), OnnxNode.value(graph, values.get(o.getName()))));
    return graph.build();
  }

  private List<OnnxNode.Operand> results(NodeProto n) {
    List<OnnxNode.Operand> inputs = n.getInputList().stream().map(values::get).toList();
    OnnxNode node = new OnnxNode(n, opset, inputs, graph);
    graph.origin(n.getName());
    HostTensor folded = OnnxConstants.fold(node);
    if (folded != null) {
      return List.of(new OnnxNode.Operand(null, folded));
    }
    return OnnxOperators.read(node).stream().map(v -> new OnnxNode.Operand(v, null)).toList();
  }

  /// What stands for a tensor in a graph.
  static TensorType type(HostTensor t) {
    boolean real = t.dtype().floating() || t.dtype() == DType.BOOL;
    return new TensorType(real ? DType.FLOAT32 : DType.INT64, t.shape());
  }
}
