package dlt.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dlt.error.Failure;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// One node of an ONNX model as it is read: its operands and attributes, asked for by what they mean.
record OnnxNode(NodeProto proto, long opset, List<Operand> operands, GraphBuilder graph) {
  /// A value of the graph, or numbers that are known before a run (`value` is null then); of an input, the numbers that were
  /// given for it are known as well.
  record Operand(Value value, HostTensor known) {
    /// Whether these are numbers and no value of the graph.
    boolean constant() {
      return value == null;
    }
  }

  OnnxNode {
    // operands that were left out are null
    operands = Collections.unmodifiableList(new ArrayList<>(operands));
  }

  static Value value(GraphBuilder graph, Operand o) {
    return o.constant() ? graph.literal(o.known.as(OnnxImport.type(o.known).dtype())) : o.value;
  }

  String type() {
    return proto.getOpType();
  }

  boolean has(int i) {
    return i < operands.size() && operands.get(i) != null;
  }

  /// Operand `i` as a value.
  Value in(int i) {
    if (!has(i)) {
      throw failure("needs operand " + (i + 1));
    }
    return value(graph, operands.get(i));
  }

  List<Value> all() {
    return IntStream.range(0, operands.size()).mapToObj(this::in).toList();
  }

  /// The numbers of operand `i`, which have to be known before a run.
  HostTensor known(int i) {
    Operand o = has(i) ? operands.get(i) : null;
    if (o == null || o.known == null) {
      throw failure("operand " + (i + 1) + (o == null ? " is missing" : " settles a shape and is computed by the model; shapes are fixed before a run here"));
    }
    return o.known;
  }

  List<Integer> integers(int i) {
    HostTensor t = known(i);
    return LongStream.range(0, t.size()).mapToObj(j -> Math.clamp(t.longAt(j), Integer.MIN_VALUE, Integer.MAX_VALUE)).toList();
  }

  /// The single number that operand `i` is.
  double number(int i) {
    return known(i).at(0);
  }

  // ---- attributes

  private Optional<AttributeProto> attribute(String name) {
    return proto.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst();
  }

  boolean given(String name) {
    return attribute(name).isPresent();
  }

  int integer(String name, int other) {
    return attribute(name).map(a -> Math.toIntExact(a.getI())).orElse(other);
  }

  double real(String name, double other) {
    return attribute(name).map(a -> (double) a.getF()).orElse(other);
  }

  String text(String name, String other) {
    return attribute(name).map(a -> a.getS().toStringUtf8()).orElse(other);
  }

  List<Integer> integers(String name, List<Integer> other) {
    return attribute(name).map(a -> a.getIntsList().stream().map(Math::toIntExact).toList()).orElse(other);
  }

  HostTensor tensor(String name) {
    return attribute(name).map(a -> OnnxFile.tensor(a.getT())).orElse(null);
  }

  List<AttributeProto> attributes() {
    return proto.getAttributeList();
  }

  /// Dimension `axis` of `x` counted from the front.
  int axis(Shape x, int axis) {
    if (axis < -x.rank() || axis >= x.rank()) {
      throw failure("axis " + axis + " met " + x);
    }
    return x.axis(axis);
  }

  Failure failure(String what) {
    return new Failure(Failure.Kind.DATA, "[onnx] " + type() + ": " + what);
  }
}
