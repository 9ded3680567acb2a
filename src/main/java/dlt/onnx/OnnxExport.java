package dlt.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dlt.error.Failure;
import dlt.graph.Graph;
import dlt.graph.Node;
import dlt.op.Expand;
import dlt.op.Fill;
import dlt.op.Input;
import dlt.op.Literal;
import dlt.op.Op;
import dlt.op.Reshape;
import dlt.op.Variable;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Turns an inference graph into an ONNX model with a symbolic batch dimension. A graph has fixed shapes, so it is given
/// twice, built for batches of [#BATCH] and [#OTHER_BATCH] samples: a size that differs between the two depends on the
/// batch.
public final class OnnxExport {
  /// The batch sizes of the two graphs.
  public static final int BATCH = 2, OTHER_BATCH = 3;

  /// The lowest opset that is written; IR version 8 goes with it.
  public static final int OPSET = 17;

  private static final String BATCH_DIM = "N";

  private final Map<String, HostTensor> variables;
  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Map<Node, Node> other = new HashMap<>();
  private final Map<Node, String> names = new HashMap<>();
  private String batchSize;
  private String batchInput;
  /// The names that the graph's author gave: to inputs, variables and outputs.
  private final Set<String> given = new HashSet<>();
  private int fresh;

  private final int opset;

  private OnnxExport(Map<String, HostTensor> variables, int opset) {
    this.variables = variables;
    this.opset = opset;
  }

  /// The model of `graph`, which was built for [#BATCH] samples and as `other` for [#OTHER_BATCH], with the values of its
  /// variables as initializers. `outputs` keep the graph's names; `metadata` goes into the model's properties. Throws a
  /// [Failure] where the graph holds what ONNX cannot express.
  public static ModelProto model(Graph graph, Graph other, Map<String, HostTensor> variables, int opset, Map<String, String> metadata) {
    OnnxExport export = new OnnxExport(variables, opset);
    if (graph.nodes().size() != other.nodes().size()) {
      throw new IllegalArgumentException("the graph's structure depends on the batch size");
    }
    for (int i = 0; i < graph.nodes().size(); i++) {
      export.other.put(graph.nodes().get(i), other.nodes().get(i));
    }
    export.write(graph);
    ModelProto.Builder model = ModelProto.newBuilder()
        .setIrVersion(8)
        .setProducerName("dlt")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
        .setGraph(export.graph.setName("model"));
    String version = OnnxExport.class.getPackage().getImplementationVersion();
    if (version != null) {
      model.setProducerVersion(version);
    }
    metadata.forEach((k, v) -> model.addMetadataProps(StringStringEntryProto.newBuilder().setKey(k).setValue(v)));
    return model.build();
  }

  private void write(Graph g) {
    given.addAll(g.outputs().keySet());
    for (Node n : g.nodes()) {
      if (n.op() instanceof Input input) {
        given.add(input.name());
      } else if (n.op() instanceof Variable variable) {
        given.add(variable.name());
      }
    }
    for (Node n : g.nodes()) {
      requireForAnyBatch(n);
      names.put(n, OnnxNodes.write(this, n));
    }
    g.outputs().forEach((name, node) -> {
      add("Identity", name, List.of(name(node)));
      graph.addOutput(valueInfo(name, node));
    });
  }

  /// Throws a [Failure] where the node would compute something else for another batch size, such as with a constant that was made of it:
  /// shapes alone may differ between the two graphs.
  private void requireForAnyBatch(Node n) {
    Node o = other.get(n);
    boolean same = o.inputs().equals(n.inputs().stream().map(other::get).toList()) && switch (n.op()) {
      case Input _, Reshape _, Expand _ -> n.op().getClass() == o.op().getClass();
      case Fill f -> o.op() instanceof Fill g && f.value() == g.value();
      case Literal l -> o.op() instanceof Literal m && l.value().type().equals(m.value().type()) && l.value().data().mismatch(m.value().data()) < 0;
      case Op op -> op.equals(o.op());
    };
    if (!same) {
      throw new Failure(Failure.Kind.USAGE, "[onnx] " + named(n) + " depends on the number of samples in a batch, which an ONNX model leaves open; "
          + "the model cannot be exported: replace the layer");
    }
  }

  /// The ONNX name of a node's result.
  String name(Node n) {
    return names.get(n);
  }

  /// Declares a graph input, batch dimension symbolic.
  String input(String name, Node node) {
    graph.addInput(valueInfo(name, node));
    if (batchInput == null && node.type().shape().rank() > 0 && batched(node, 0)) {
      batchInput = name;
    }
    return name;
  }

  /// The values of a variable as an initializer of its name.
  String variable(String name) {
    HostTensor value = variables.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no value for variable " + name);
    }
    graph.addInitializer(tensor(name, value));
    return name;
  }

  /// An initializer with a name of its own.
  String constant(HostTensor value) {
    String name = fresh("constant");
    graph.addInitializer(tensor(name, value));
    return name;
  }

  /// A float32 scalar.
  String scalar(double value) {
    return constant(HostTensor.of(Shape.SCALAR, (float) value));
  }

  /// A list of int64 numbers.
  String longs(List<Integer> values) {
    return constant(HostTensor.of(Shape.of(values.size()), values.stream().mapToLong(Integer::longValue).toArray()));
  }

  /// Whether dimension `d` of the node's result depends on the batch size.
  boolean batched(Node n, int d) {
    return !n.type().shape().dims().get(d).equals(other.get(n).type().shape().dims().get(d));
  }

  /// The shape of the node's result as an int64 tensor. With `infer`, a single size that depends on the batch is -1.
  String shape(Node n, boolean infer) {
    Shape shape = n.type().shape();
    List<Integer> dims = new ArrayList<>();
    int symbolic = 0;
    for (int d = 0; d < shape.rank(); d++) {
      boolean b = batched(n, d);
      symbolic += b ? 1 : 0;
      dims.add(b ? -1 : shape.dim(d));
    }
    if (symbolic == 0 || infer && symbolic == 1) {
      return longs(dims);
    }
    List<String> parts = new ArrayList<>();
    for (int d = 0; d < shape.rank(); d++) {
      parts.add(dims.get(d) >= 0 ? longs(List.of(dims.get(d))) : multipleOfBatch(shape.dim(d)));
    }
    return add("Concat", parts, attribute("axis", 0));
  }

  private String multipleOfBatch(int sizeForBatch) {
    if (sizeForBatch % BATCH != 0) {
      throw new IllegalArgumentException("a size of " + sizeForBatch + " for a batch of " + BATCH + " is no multiple of it");
    }
    if (batchSize == null) {
      String all = add("Shape", List.of(batchInput));
      batchSize = add("Slice", List.of(all, longs(List.of(0)), longs(List.of(1))));
    }
    int factor = sizeForBatch / BATCH;
    return factor == 1 ? batchSize : add("Mul", List.of(batchSize, longs(List.of(factor))));
  }

  /// Adds a reduction; from opset 18 on all of them take their axes as an input, before that `ReduceSum` alone does.
  String reduce(String type, String x, List<Integer> axes, boolean keepDims) {
    AttributeProto keep = attribute("keepdims", keepDims ? 1 : 0);
    return opset >= 18 || type.equals("ReduceSum")
        ? add(type, List.of(x, longs(axes)), keep)
        : add(type, List.of(x), attribute("axes", axes), keep);
  }

  /// Adds a node and returns its output's name.
  String add(String type, List<String> inputs, AttributeProto... attributes) {
    return add(type, fresh(type.toLowerCase(Locale.ROOT)), inputs, attributes);
  }

  /// A name that nothing has yet.
  private String fresh(String prefix) {
    String name;
    do {
      name = prefix + "_" + fresh++;
    } while (given.contains(name));
    return name;
  }

  private String add(String type, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(NodeProto.newBuilder().setOpType(type).setName("node_" + output).addAllInput(inputs).addOutput(output).addAllAttribute(List.of(attributes)));
    return output;
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INT).setI(value).build();
  }

  static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOAT).setF(value).build();
  }

  static AttributeProto attribute(String name, List<Integer> values) {
    AttributeProto.Builder b = AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    values.forEach(v -> b.addInts(v.longValue()));
    return b.build();
  }

  private ValueInfoProto valueInfo(String name, Node node) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int d = 0; d < node.type().shape().rank(); d++) {
      TensorShapeProto.Dimension.Builder dim = shape.addDimBuilder();
      if (batched(node, d)) {
        dim.setDimParam(BATCH_DIM);
      } else {
        dim.setDimValue(node.type().shape().dim(d));
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(TypeProto.Tensor.newBuilder().setElemType(elementType(node.type()).getNumber()).setShape(shape)))
        .build();
  }

  private static TensorProto tensor(String name, HostTensor value) {
    TensorProto.Builder b = TensorProto.newBuilder().setName(name).setDataType(elementType(value.type()).getNumber());
    value.shape().dims().forEach(d -> b.addDims(d.longValue()));
    return b.setRawData(ByteString.copyFrom(value.data().asByteBuffer())).build();
  }

  static TensorProto.DataType elementType(TensorType type) {
    return switch (type.dtype()) {
      case FLOAT32 -> TensorProto.DataType.FLOAT;
      case INT64 -> TensorProto.DataType.INT64;
      case FLOAT64, INT32, INT16, INT8, UINT8, BOOL, FLOAT16, BFLOAT16 ->
          throw new IllegalArgumentException("a graph has no values of " + type.dtype());
    };
  }

  /// The failure for an op that exists in training graphs alone.
  static Failure notExportable(Node n) {
    return new Failure(Failure.Kind.USAGE, "[onnx] " + named(n) + " has no ONNX form; the model cannot be exported: replace the layer");
  }

  private static String named(Node n) {
    return n.op().name() + (n.origin().isEmpty() ? "" : " of " + n.origin());
  }
}
