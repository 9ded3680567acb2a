package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.cli.CommandsTest.Result;
import dlt.error.Folder;
import dlt.tensor.HostTensor;
import dlt.tensor.Npy;
import dlt.tensor.Shape;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a named output may replace.
class FileKindTest {
  @TempDir static Path folder;

  @BeforeAll
  static void train() throws IOException {
    Files.copy(Path.of("experiments/data/iris.csv"), folder.resolve("iris.csv"));
    Files.writeString(folder.resolve("iris.yaml"), Files.readString(Path.of("experiments/iris.yaml")).replace("data/iris.csv", "iris.csv"));
    for (String run : List.of("a", "b")) {
      Result r = CommandsTest.dlt("train", path("iris.yaml"), "--out", path(run), "--set", "training.epochs=2");
      assertThat(r.code()).as(r.err()).isZero();
      assertThat(CommandsTest.dlt("export", path(run), "--safetensors").code()).isZero();
    }
    Files.writeString(folder.resolve("rows.csv"), String.join("\n", Files.readAllLines(folder.resolve("iris.csv")).subList(0, 5)) + "\n");
  }

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  /// Runs a command about run `a` whose last argument names its output.
  private static Result write(String file, String... command) {
    return CommandsTest.dlt(Stream.concat(Stream.of(command), Stream.of(path(file))).toArray(String[]::new));
  }

  private static List<String[]> commands() {
    return List.of(
        new String[] {"export", path("a"), "--onnx"},
        new String[] {"export", path("a"), "--safetensors"},
        new String[] {"export", path("a"), "--card"},
        new String[] {"report", path("a"), "--output"},
        new String[] {"report", path("a"), path("b"), "--output"},
        new String[] {"eval", path("a"), "--junit"},
        new String[] {"predict", path("a"), "--input", path("rows.csv"), "--output"});
  }

  @Test
  void aCommandReplacesWhatItWroteBefore() throws IOException {
    for (String[] command : commands()) {
      String file = "twice-" + command[0] + command.length + command[command.length - 1];
      Files.createFile(folder.resolve(file)); // as mktemp makes it
      for (int i = 0; i < 2; i++) {
        Result r = write(file, command);
        assertThat(r.code()).as(r.err()).isZero();
      }
      assertThat(folder.resolve(file)).isNotEmptyFile();
    }
    for (String file : List.of("p.npy", "p.npz", "p.jsonl", "p.json", "p.csv")) {
      for (int i = 0; i < 2; i++) {
        Result r = write(file, "predict", path("a"), "--input", path("rows.csv"), "--output");
        assertThat(r.code()).as(r.err()).isZero();
      }
    }
  }

  @Test
  void whatIsOfAnotherKindIsRefusedAndStays() throws IOException {
    Npy.write(folder.resolve("own.txt"), HostTensor.of(Shape.of(2), 1f, 2f));
    Files.writeString(folder.resolve("notes.md"), "# Notes\n\nTo be kept.\n");
    Files.writeString(folder.resolve("kept.json"), "{\"kept\": true}\n");
    for (String[] command : commands()) {
      for (String file : List.of("iris.yaml", "iris.csv", "own.txt", "notes.md", "kept.json", "a/manifest.json", "a/metrics.jsonl")) {
        byte[] before = Files.readAllBytes(folder.resolve(file));
        Result r = write(file, command);
        assertThat(r.code()).as(command[0] + " " + file + r.err()).isEqualTo(2);
        assertThat(r.err()).contains(command[command.length - 1] + " " + path(file) + ": is ");
        assertThat(folder.resolve(file)).hasBinaryContent(before);
      }
    }
    assertThat(write("notes.md", "export", path("a"), "--onnx").err()).contains("is there already and is no ONNX model; remove it, or name another file");
  }

  /// The licence is for people to fill in.
  @Test
  void aModelCardThatSomebodyWentOnWritingStays() throws IOException {
    Path card = folder.resolve("card.md");
    assertThat(write("card.md", "export", path("a"), "--card").code()).isZero();
    String written = Files.readString(card);
    for (String edited : List.of(written.replace("Licence: to be filled in by the owner", "Licence: MIT"), written + "More.\n", written.substring(0, written.length() - 1), "More.\n" + written)) {
      Files.writeString(card, edited);
      Result r = write("card.md", "export", path("a"), "--card");
      assertThat(r.code()).isEqualTo(2);
      assertThat(r.err()).contains("is there already and is no model card as dlt wrote it; remove it, or name another file");
      assertThat(card).hasContent(edited);
    }
    Files.writeString(card, written);
    assertThat(write("card.md", "export", path("a"), "--card").code()).isZero();
  }

  /// As /dev/stdout is in `dlt export --onnx /dev/stdout | ssh ...`: such a pipe has no path.
  @Test
  void aPipeIsWrittenTo() throws IOException {
    Pipe pipe = Pipe.open();
    try (Pipe.SourceChannel _ = pipe.source(); Pipe.SinkChannel _ = pipe.sink()) {
      for (Path file : Folder.entries(Path.of("/proc/self/fd"))) {
        if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).toString().startsWith("pipe:")) {
          assertThatCode(() -> FileKind.ONNX.requireReplaceable("--onnx", file, Optional.empty())).doesNotThrowAnyException();
        }
      }
    }
  }

  @Test
  void whatIsExportedToStandardOutputIsAllThatGoesThere() throws Exception {
    Process p = alone("export", path("a"), "--safetensors", "/dev/stdout");
    assertThat(p.getInputStream().readAllBytes()).isEqualTo(Files.readAllBytes(folder.resolve("a/model.safetensors")));
    assertThat(p.waitFor()).isZero();
    p = alone("eval", path("a"), "--junit", "/dev/stdout");
    assertThat(new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).startsWith("<?xml").endsWith("</testsuites>\n");
    assertThat(p.waitFor()).isZero();
  }

  /// Nobody could tell the one from the other.
  @ParameterizedTest
  @ValueSource(strings = {"export A --onnx /dev/stdout --json", "export A --safetensors /dev/fd/1 --json", "report A --output /dev/stdout --json",
      "eval A --junit /proc/self/fd/1 --json", "predict A --input experiments/data/iris.csv --output /dev/stdout --json"})
  void aFileAndTheDocumentDoNotShareStandardOutput(String command) throws Exception {
    Process p = alone(command.replace("A", path("a")).split(" "));
    JsonNode error = new ObjectMapper().readTree(p.getInputStream().readAllBytes()).get("error");
    assertThat(error.get("code").asInt()).isEqualTo(2);
    assertThat(error.get("message").asText()).contains("is standard output, where --json prints its document");
    assertThat(p.waitFor()).isEqualTo(2);
  }

  @Test
  void twoOutputsAreNotWrittenToOneFile() throws IOException {
    assertThat(CommandsTest.dlt("export", path("a"), "--onnx", path("one"), "--safetensors", path("./one")).err())
        .isEqualTo("dlt: --safetensors " + path("./one") + ": --onnx is written there too; name two files\n");
    assertThat(folder.resolve("one")).doesNotExist();
    assertThat(CommandsTest.dlt("export", path("a"), "--onnx", "/dev/null", "--card", "/dev/null", "--json").code()).isZero();
  }

  /// A process of its own, for its standard output.
  private static Process alone(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED", "dlt.cli.Main"));
    command.addAll(List.of(arguments));
    ProcessBuilder b = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    b.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return b.start();
  }

  @Test
  void aRefusedExportHasWrittenNothing() throws IOException {
    Files.writeString(folder.resolve("model.txt"), "mine");
    assertThat(CommandsTest.dlt("export", path("a"), "--safetensors", path("first.safetensors"), "--onnx", path("model.txt")).code()).isEqualTo(2);
    assertThat(folder.resolve("first.safetensors")).doesNotExist();
  }

  @Test
  void partsOfRunsAreReplacedByTheirOwnRunAlone() {
    assertThat(write("a/model.onnx", "export", path("a"), "--onnx").code()).isZero();
    assertThat(write("a/report.html", "report", path("a"), "--output").code()).isZero();
    Result other = write("b/model.onnx", "export", path("a"), "--onnx");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("is part of the run in ").contains("which would be written over; name another file");
    assertThat(write("a/checkpoints/best.safetensors", "export", path("a"), "--safetensors").code()).isEqualTo(2);
    assertThat(write("a/checkpoints/last.safetensors", "export", path("b"), "--safetensors").code()).isEqualTo(2);
    assertThat(write("a/report.html", "report", path("a"), path("b"), "--output").code()).isEqualTo(2);
  }

  @Test
  void dataOfTheExperimentAreNotReplacedByPredictionsThoughTheyLookAlike() throws IOException {
    Files.writeString(folder.resolve("stacked.csv"), Files.readString(folder.resolve("iris.csv")).replaceFirst("^[^,]*,", "prediction,"));
    Files.writeString(folder.resolve("stacked.yaml"), Files.readString(folder.resolve("iris.yaml")).replace("iris.csv", "stacked.csv"));
    assertThat(CommandsTest.dlt("train", path("stacked.yaml"), "--out", path("stacked"), "--set", "training.epochs=1", "--no-report").code()).isZero();
    Files.copy(folder.resolve("stacked.csv"), folder.resolve("copy.csv"));
    Result r = write("stacked.csv", "predict", path("stacked"), "--input", path("copy.csv"), "--output");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("is what the experiment reads");
  }

  @Test
  void aFolderThatMayNotBeWrittenToIsKnownBeforeTheWork() throws IOException {
    // a folder that even root may not write to
    Result r = CommandsTest.dlt("train", path("iris.yaml"), "--out", path("untrained"), "--junit", "/proc/self/x.xml");
    assertThat(r.code()).isEqualTo(7);
    assertThat(r.err()).isEqualTo("dlt: /proc/self/x.xml: could not be written: permission denied; choose another place\n");
    assertThat(folder.resolve("untrained")).doesNotExist();
  }

  @Test
  void aFolderInPlaceOfAFileIsKnownBeforeTheWork() throws IOException {
    Files.createDirectories(folder.resolve("reports"));
    Result r = CommandsTest.dlt("train", path("iris.yaml"), "--out", path("untrained"), "--junit", path("reports"));
    assertThat(r.code()).isEqualTo(7);
    assertThat(r.err()).isEqualTo("dlt: " + path("reports") + ": could not be written: it is a folder; choose another place\n");
    assertThat(folder.resolve("untrained")).doesNotExist();
  }

  @Test
  void behindALinkTheSameHolds() throws IOException {
    Path data = Files.createSymbolicLink(folder.resolve("link-to-data"), folder.resolve("iris.csv"));
    Result refused = CommandsTest.dlt("predict", path("a"), "--input", path("rows.csv"), "--output", data.toString());
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("is there already and is no table of predictions");
    Path written = Files.createFile(Files.createDirectories(folder.resolve("elsewhere")).resolve("p.csv"));
    Path link = Files.createSymbolicLink(folder.resolve("link-to-predictions"), written);
    Result r = CommandsTest.dlt("predict", path("a"), "--input", path("rows.csv"), "--output", link.toString());
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(link).isSymbolicLink();
    assertThat(written).isNotEmptyFile();
  }
}
