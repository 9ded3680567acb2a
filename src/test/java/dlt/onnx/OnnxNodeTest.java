package dlt.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.error.Failure;
import dlt.golden.GoldenBackend;
import dlt.graph.Graph;
import dlt.op.ShapeException;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// ONNX's own node tests (folders with a `model.onnx` of one operator and its inputs and outputs): each is read as a graph and run
/// on every backend. They lie in a zip file beside the tests; the system property `onnx.nodes` names another one or a folder, such
/// as that of Debian's package libonnx-testdata.
class OnnxNodeTest {
  /// ONNX's own checks allow a relative 1e-3 and an absolute 1e-7 in float32.
  private static final double RELATIVE = 2e-5, ABSOLUTE = 1e-6;

  @TestFactory
  Stream<DynamicTest> nodesGiveOnnxsOutputs() throws IOException {
    Path source = Path.of(System.getProperty("onnx.nodes"));
    Map<String, Case> cases = new LinkedHashMap<>();
    Map<String, List<String>> left = new TreeMap<>();
    if (Files.isDirectory(source)) {
      read(source, cases, left);
    } else {
      try (FileSystem zip = FileSystems.newFileSystem(source)) {
        read(zip.getPath("/"), cases, left);
      }
    }
    int out = left.values().stream().mapToInt(List::size).sum();
    System.out.println("ONNX node tests: " + (cases.size() + out) + ", run on reference and cpu " + cases.size() + ", left out " + out + ":");
    left.forEach((reason, names) -> System.out.println("  " + reason + " (" + names.size() + "): " + String.join(", ", names)));
    assertThat(cases.size()).as("tests that are run").isGreaterThan(out);
    return cases.entrySet().stream().map(c -> DynamicTest.dynamicTest(c.getKey(), () -> c.getValue().check()));
  }

  private static void read(Path root, Map<String, Case> cases, Map<String, List<String>> left) throws IOException {
    List<Path> tests;
    try (Stream<Path> all = Files.list(root)) {
      tests = all.filter(p -> p.getFileName().toString().startsWith("test_")).sorted().toList();
    }
    Map<String, String> same = same(root);
    for (Path test : tests) {
      String name = test.getFileName().toString().replaceAll("^test_|/$", "");
      try {
        cases.put(name, Case.of(test, same));
      } catch (Unsupported e) {
        left.computeIfAbsent(e.getMessage(), _ -> new ArrayList<>()).add(name);
      }
    }
  }

  /// Which files of the zip are left out because another one has the same bytes.
  private static Map<String, String> same(Path root) throws IOException {
    Map<String, String> r = new LinkedHashMap<>();
    Path list = root.resolve("same");
    if (Files.exists(list)) {
      Files.readAllLines(list).forEach(line -> r.put(line.split(" ")[0], line.split(" ")[1]));
    }
    return r;
  }

  private static Path file(Path test, String name, Map<String, String> same) {
    String other = same.get(test.getFileName().toString().replaceAll("/$", "") + "/" + name);
    return other == null ? test.resolve(name) : test.getParent().resolve(other);
  }

  /// A test that is left out, and why.
  private static final class Unsupported extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unsupported(String reason) {
      super(reason);
    }
  }

  /// One test: its graph, and its inputs and outputs.
  private record Case(Graph graph, Map<String, HostTensor> inputs, Map<String, HostTensor> outputs) {
    static Case of(Path test, Map<String, String> same) throws IOException {
      ModelProto model = OnnxFile.model(file(test, "model.onnx", same));
      List<ValueInfoProto> declared = new ArrayList<>(model.getGraph().getInputList());
      declared.addAll(model.getGraph().getOutputList());
      for (ValueInfoProto v : declared) {
        if (!v.getType().hasTensorType()) {
          throw new Unsupported("sequences and optional values");
        }
        TensorProto.DataType type = TensorProto.DataType.forNumber(v.getType().getTensorType().getElemType());
        if (OnnxFile.dtype(type.getNumber()).isEmpty()) {
          throw new Unsupported("values of type " + type);
        }
      }
      Map<String, HostTensor> inputs = tensors(test, "input", same, model.getGraph().getInputList());
      try {
        return new Case(OnnxImport.graph(model, inputs), inputs, tensors(test, "output", same, model.getGraph().getOutputList()));
      } catch (Failure | ShapeException e) {
        // one reason for all shapes
        throw new Unsupported(e.getMessage().replaceAll("\\[onnx\\] |(?<=\\w)\\[[\\d, ]*\\]", "").replaceAll("\\[\\d[\\d, ]*\\]", "[...]"));
      }
    }

    private static Map<String, HostTensor> tensors(Path test, String kind, Map<String, String> same, List<ValueInfoProto> names) throws IOException {
      Map<String, HostTensor> r = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        Path file = file(test, "test_data_set_0/" + kind + "_" + i + ".pb", same);
        if (Files.exists(file)) {
          try (InputStream in = Files.newInputStream(file)) {
            r.put(names.get(i).getName(), like(names.get(i), OnnxFile.tensor(TensorProto.parseFrom(in))));
          }
        }
      }
      return r;
    }

    /// The values of bfloat16 are stored as whole numbers of 16 bits.
    private static HostTensor like(ValueInfoProto declared, HostTensor t) {
      if (declared.getType().getTensorType().getElemType() != TensorProto.DataType.BFLOAT16.getNumber() || t.dtype() != DType.INT32) {
        return t;
      }
      HostTensor r = HostTensor.allocate(new TensorType(DType.BFLOAT16, t.shape()));
      for (int i = 0; i < t.size(); i++) {
        r.set(i, Float.intBitsToFloat((int) t.longAt(i) << 16));
      }
      return r;
    }

    void check() {
      for (GoldenBackend on : GoldenBackend.values()) {
        try (Backend backend = on.open(); Program program = backend.compile(graph, Map.of())) {
          program.inputs().forEach(name -> program.input(name).write(written(inputs.get(name))));
          program.run();
          outputs.forEach((name, expected) -> close(on + " " + name, program.output(name).type().shape().dims(),
              GoldenBackend.doubles(program.output(name)), expected));
        }
      }
    }

    private static HostTensor written(HostTensor t) {
      return t.as(OnnxImport.type(t).dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT32);
    }

    private static void close(String what, List<Integer> shape, double[] actual, HostTensor expected) {
      assertThat(shape).as(what).isEqualTo(expected.shape().dims());
      double[] wanted = expected.toDoubles();
      for (int i = 0; i < wanted.length; i++) {
        double a = actual[i];
        double w = wanted[i];
        boolean same = a == w || Double.isNaN(a) && Double.isNaN(w) || Math.abs(a - w) <= ABSOLUTE + RELATIVE * Math.abs(w);
        assertThat(same).as("%s, element %s: %s, expected %s", what, i, a, w).isTrue();
      }
    }
  }
}
