package dlt.infer;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.onnx.OnnxExport;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Processes of their own: a virtual machine loads ONNX Runtime once.
class OnnxLibrariesTest {
  private static final int AT_ONCE = 3;

  @TempDir private Path folder;

  @Test
  void processesAtOnceLeaveNoTemporaryFilesEvenWhereTheyAreKilled() throws IOException, InterruptedException {
    Path model = model();
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path others = Files.createDirectories(temporary.resolve("onnxruntime-java123"));
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      processes.add(start(temporary, System.getProperty("java.class.path"), model, "-Donnxruntime.native.path=" + System.getProperty("onnxruntime.native.path")));
    }
    for (Process p : processes) {
      assertThat(said(p)).contains("[0.0, 2.0]");
    }
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).containsExactly(others);
    }
  }

  @Test
  void librariesBesideTheJarAreLoadedFromThere() throws IOException, InterruptedException {
    Path built = Path.of(OnnxModel.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    Path classes = folder.resolve("with a space").resolve("classes");
    try (Stream<Path> files = Files.walk(built)) {
      for (Path file : files.toList()) {
        Path copy = classes.resolve(built.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    Path libraries = Files.createSymbolicLink(classes.resolveSibling("onnxruntime"), Path.of(System.getProperty("onnxruntime.native.path")));
    Process p = start(folder, classes + ":" + System.getProperty("java.class.path"), model());
    assertThat(said(p)).contains("libraries from " + libraries).contains("[0.0, 2.0]");
    Files.delete(libraries); // what it leads to is not the test's
  }

  private static Process start(Path temporary, String classPath, Path model, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djava.io.tmpdir=" + temporary,
        "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, OnnxLibrariesTest.class.getName(), model.toString()));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /// What a process said that ended well.
  private static String said(Process p) throws IOException, InterruptedException {
    String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(p.waitFor()).as(output).isZero();
    return output;
  }

  private Path model() throws IOException {
    return Files.write(folder.resolve("model.onnx"),
        OnnxExport.model(graph(OnnxExport.BATCH), graph(OnnxExport.OTHER_BATCH), Map.of(), OnnxExport.OPSET, Map.of()).toByteArray());
  }

  private static Graph graph(int batch) {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.relu(g.input("x", TensorType.float32(Shape.of(batch, 2)))));
    return g.build();
  }

  /// Runs the model twice and ends as a killed process does: nothing that was to be done at its end is.
  public static void main(String[] arguments) {
    for (int i = 0; i < 2; i++) {
      try (OnnxModel model = OnnxModel.open(Path.of(arguments[0]), 1)) {
        HostTensor y = model.run(Map.of("x", HostTensor.of(Shape.of(1, 2), -1f, 2f))).get("y");
        System.out.println(List.of(y.at(0), y.at(1)));
      }
    }
    System.out.println("libraries from " + System.getProperty("onnxruntime.native.path"));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
