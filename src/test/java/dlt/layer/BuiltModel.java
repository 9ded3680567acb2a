package dlt.layer;

import dlt.backend.Buffer;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.backend.reference.ReferenceProgram;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// A model built from the lines of a file, with PyTorch's initial weights of seed 1, run on the reference backend.
final class BuiltModel {
  final GraphBuilder graph = new GraphBuilder();
  final ModelScope scope;
  final Value output;
  final Map<String, Buffer> variables = new LinkedHashMap<>();
  private final boolean training;
  private final ReferenceBackend backend = new ReferenceBackend();

  private BuiltModel(String yaml, boolean training, SequencedMap<String, Shape> inputs, String frozen) {
    this.training = training;
    scope = new ModelScope(graph, training, training ? graph.input("rng", TensorType.int64(2)) : null, name -> name.matches(frozen));
    inputs.forEach((name, shape) -> scope.input(name, graph.input(name, TensorType.float32(shape))));
    output = scope.apply(TorchModule.layers(yaml));
    List<ParameterSpec> parameters = List.copyOf(scope.parameters().values());
    for (int i = 0; i < parameters.size(); i++) {
      allocate(parameters.get(i).name(), parameters.get(i).initialise(Arena.ofAuto(), 1, i));
    }
    scope.buffers().values().forEach(b -> allocate(b.name(), b.initialise()));
  }

  private void allocate(String name, HostTensor value) {
    ReferenceBuffer buffer = backend.allocate(value.type());
    buffer.write(value);
    variables.put(name, buffer);
  }

  static BuiltModel inference(String yaml, Shape... inputs) {
    return new BuiltModel(yaml, false, named(inputs), "");
  }

  static BuiltModel training(String yaml, Shape... inputs) {
    return new BuiltModel(yaml, true, named(inputs), "");
  }

  /// For training, but buffers whose names match `frozen` stay.
  static BuiltModel frozen(String yaml, String frozen, Shape... inputs) {
    return new BuiltModel(yaml, true, named(inputs), frozen);
  }

  /// The inputs are called a, b, ...
  private static SequencedMap<String, Shape> named(Shape... inputs) {
    SequencedMap<String, Shape> r = new LinkedHashMap<>();
    for (int i = 0; i < inputs.length; i++) {
      r.put(Character.toString('a' + i), inputs[i]);
    }
    return r;
  }

  /// One step; the step's number is 0.
  double[] run(double[]... inputs) {
    return run(0, inputs);
  }

  double[] run(long step, double[]... inputs) {
    graph.output("output", output);
    ReferenceProgram program = backend.compile(graph.build(), variables);
    if (training && program.inputs().contains("rng")) {
      program.input("rng").write(HostTensor.of(Shape.of(2), 7L, step));
    }
    for (int i = 0; i < inputs.length; i++) {
      String name = Character.toString('a' + i);
      ReferenceBuffer buffer = program.input(name);
      buffer.write(HostTensor.ofDoubles(buffer.type().shape(), inputs[i]));
    }
    program.run();
    return program.output("output").doubles().clone();
  }

  double[] variable(String name) {
    Buffer b = variables.get(name);
    return b.type().dtype() == DType.INT64 ? b.read().toDoubles() : ((ReferenceBuffer) b).doubles();
  }

  List<String> parameterNames() {
    return new ArrayList<>(scope.parameters().keySet());
  }

  /// 0, 1, 2, ...
  static double[] range(int size) {
    return IntStream.range(0, size).asDoubleStream().toArray();
  }
}
