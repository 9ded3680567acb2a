package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.backend.cuda.driver.Driver;
import dlt.infer.OnnxModel;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import dlt.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands from training to prediction, on iris, as scripts call them.
class CommandsTest {
  private static final String IRIS = "experiments/iris.yaml";

  @TempDir static Path folder;

  record Result(int code, String out, String err) {
    JsonNode json() throws IOException {
      assertThat(out.lines()).as(err).hasSize(1);
      return new ObjectMapper().readTree(out);
    }
  }

  /// Runs the command line and keeps what it prints.
  static Result dlt(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream wasOut = System.out;
    PrintStream wasErr = System.err;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      int code = Main.run(arguments);
      return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(wasOut);
      System.setErr(wasErr);
    }
  }

  private static String run() {
    return folder.resolve("run").toString();
  }

  @BeforeAll
  static void trainsExportsAndVerifies() throws IOException {
    Result r = dlt("train", IRIS, "--out", run(), "--json");
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode d = r.json();
    assertThat(d.get("run").asText()).isEqualTo(run());
    assertThat(d.get("best").get("validation").get("accuracy").asDouble()).isGreaterThan(0.9);
    assertThat(d.get("onnx").get("max_abs_difference").asDouble()).isLessThan(1e-4);
    assertThat(Path.of(d.get("onnx").get("path").asText())).exists();
    for (String file : List.of("config.yaml", "manifest.json", "metrics.jsonl", "checkpoints/last.safetensors", "checkpoints/best.safetensors")) {
      assertThat(folder.resolve("run").resolve(file)).exists();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flowers.csv", "flowers.parquet", "flowers.jsonl", "flowers.npz"})
  void dataInPlaceOfAnExperimentAreToldOfInit(String name) throws IOException {
    Path data = Files.writeString(folder.resolve(name), "length,kind\n1,a\n2,b\n");
    for (String command : List.of("train", "sweep")) {
      assertThat(dlt(command, data.toString())).satisfies(r -> assertThat(r.code()).isEqualTo(2), r -> assertThat(r.err()).contains(name, "`dlt init "));
    }
  }

  @Test
  void evalGivesTheTrainingsFigures() throws IOException {
    JsonNode d = dlt("eval", run(), "--json").json();
    assertThat(d.get("part").asText()).isEqualTo("validation");
    JsonNode manifest = new ObjectMapper().readTree(folder.resolve("run/manifest.json").toFile());
    assertThat(d.get("metrics").get("loss").asDouble()).isEqualTo(manifest.get("results").get("validation.loss").asDouble());
  }

  @Test
  void evalSaysWhereTheDataHaveChanged() throws IOException {
    Path data = folder.resolve("changing.csv");
    Files.copy(Path.of("experiments/data/iris.csv"), data);
    Path file = Files.writeString(folder.resolve("changing.yaml"), Files.readString(Path.of(IRIS)).replace("data/iris.csv", "changing.csv"));
    String changing = folder.resolve("changing").toString();
    assertThat(dlt("train", file.toString(), "--out", changing, "--no-report", "--set", "training.epochs=1").code()).isZero();
    assertThat(dlt("eval", changing).err()).isEmpty();
    List<String> lines = Files.readAllLines(data);
    lines.add(1, lines.getLast());
    Files.write(data, lines);
    Result r = dlt("eval", changing);
    assertThat(r.code()).isZero();
    assertThat(r.err()).contains("warning: the data have changed since the training");
    assertThat(dlt("eval", changing, "--data", data.toString()).err()).isEmpty();
  }

  @Test
  void evalReportsEachClassAndWhatItWasTakenFor() throws IOException {
    JsonNode d = dlt("eval", run(), "--json").json();
    assertThat(d.get("confusion")).hasSize(3);
    assertThat(d.get("classes").get("setosa").get("recall").asDouble()).isBetween(0.9, 1.0);
    int support = 0;
    for (JsonNode c : d.get("classes")) {
      support += c.get("support").asInt();
    }
    assertThat(support).isEqualTo(d.get("samples").asInt());
    String table = dlt("eval", run()).out();
    assertThat(table).contains("precision", "versicolor", "confusion");
  }

  @Test
  void aFailureAfterTheResultAddsNoSecondDocument() throws IOException {
    Result r = dlt("eval", run(), "--json", "--junit", "/dev/full");
    assertThat(r.code()).isEqualTo(7);
    assertThat(r.err()).contains("No space left on device");
    assertThat(r.json().get("metrics").has("accuracy")).isTrue();
  }

  @Test
  void aFolderForAnOutputIsNoticedBeforeTheWork() throws IOException {
    Result r = dlt("eval", run(), "--json", "--junit", folder.toString());
    assertThat(r.code()).isEqualTo(7);
    assertThat(r.err()).contains("it is a folder");
    assertThat(r.json().has("metrics")).isFalse();
    assertThat(r.json().get("error").get("code").asInt()).isEqualTo(7);
  }

  @Test
  void anAssertThatFailsExitsFive() {
    assertThat(dlt("eval", run(), "--assert", "accuracy>=0.5").code()).isZero();
    Result failed = dlt("eval", run(), "--assert", "accuracy>1.5");
    assertThat(failed.code()).isEqualTo(5);
    assertThat(failed.err()).contains("accuracy > 1.5");
    assertThat(dlt("eval", run(), "--assert", "accuracy is good").code()).isEqualTo(2);
  }

  @Test
  void assertsBecomeTestCasesForCI() throws IOException {
    Path xml = folder.resolve("eval.xml");
    assertThat(dlt("eval", run(), "--junit", xml.toString(), "--assert", "accuracy>=0.5", "--assert", "accuracy>1.5").code()).isEqualTo(5);
    assertThat(Files.readString(xml)).contains("tests=\"3\" failures=\"1\" errors=\"0\"", "<failure message=\"assert accuracy &gt; 1.5: it is");
    Result r = dlt("train", IRIS, "--junit", xml.toString(), "--no-report", "--out", folder.resolve("asserted").toString(),
        "--set", "training.epochs=3", "--set", "assert=['accuracy > 2']");
    assertThat(r.code()).as(r.err()).isEqualTo(5);
    assertThat(Files.readString(xml)).contains("tests=\"2\" failures=\"1\" errors=\"0\"", "trained, exported and verified");
    assertThat(dlt("train", "nothing.yaml", "--junit", xml.toString()).code()).isEqualTo(2);
    assertThat(Files.readString(xml)).contains("errors=\"1\"", "nothing.yaml");
  }

  @Test
  void predictionsAreTheLabelsThatOnnxRuntimeGives() throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.csv"), "sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.7,3.0,5.2,2.3\n");
    header(rows);
    Path out = folder.resolve("predictions.csv");
    Result r = dlt("predict", run(), "--input", rows.toString(), "--output", out.toString());
    assertThat(r.code()).as(r.err()).isZero();
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(3);
    try (OnnxModel model = OnnxModel.open(folder.resolve("run/model.onnx"), 1)) {
      HostTensor raw = HostTensor.of(Shape.of(2, 4), 5.1f, 3.5f, 1.4f, 0.2f, 6.7f, 3.0f, 5.2f, 2.3f);
      HostTensor y = model.run(Map.of(model.inputs().getFirst().name(), raw)).firstEntry().getValue();
      String[] classes = model.metadata().get("classes").split(",");
      for (int i = 0; i < 2; i++) {
        int best = 0;
        for (int c = 1; c < classes.length; c++) {
          best = y.at(i * 3L + c) > y.at(i * 3L + best) ? c : best;
        }
        assertThat(lines.get(i + 1)).startsWith(classes[best] + ",");
      }
    }
  }

  private static Result answered(String lines, String... more) {
    InputStream was = System.in;
    System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    try {
      return dlt(Stream.concat(Stream.of("predict", run(), "--input", "-"), Stream.of(more)).toArray(String[]::new));
    } finally {
      System.setIn(was);
    }
  }

  @Test
  void everyJsonLineIsAnsweredByOne() throws IOException {
    String[] names = Files.readAllLines(Path.of("experiments/data/iris.csv")).getFirst().split(",");
    String object = "{\"%s\": 5.1, \"%s\": 3.5, \"%s\": 1.4, \"%s\": \"0.2\", \"id\": 7}".formatted(names[0], names[1], names[2], names[3]);
    Result r = answered(object + "\n\n[5.1, 3.5, 1.4, 0.2]\n{\"features\": [5.1, 3.5, 1.4, 0.2]}");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.out().lines()).hasSize(3).allMatch(l -> l.equals(r.out().lines().findFirst().orElseThrow()));
    assertThat(new ObjectMapper().readTree(r.out().lines().findFirst().orElseThrow()).get("prediction").asText()).isEqualTo("setosa");
  }

  @Test
  void predictionsInAFileAreTheDocumentsSubject() throws IOException {
    Path to = folder.resolve("predicted.csv");
    Result r = dlt("predict", run(), "--input", "experiments/data/iris.csv", "--output", to.toString(), "--json");
    assertThat(r.json().get("run").asText()).isEqualTo(run());
    assertThat(r.json().get("predictions").asInt()).isEqualTo(150);
    assertThat(r.json().get("output").asText()).isEqualTo(to.toString());
    assertThat(to).content().startsWith("prediction,");
  }

  /// The message begins with the place, and the document has it in parts, for programs that mark it.
  @Test
  void whereTheExperimentNamesDataThatFailIsInTheDocument() throws IOException {
    Path file = Files.writeString(folder.resolve("nodata.yaml"), Files.readString(Path.of(IRIS)).replace("data/iris.csv", "nothing.csv"));
    Result r = dlt("check", file.toString(), "--json");
    assertThat(r.code()).isEqualTo(3);
    JsonNode error = r.json().get("error");
    assertThat(error.get("message").asText()).startsWith(file + ":5:11: nothing.csv: no such file");
    assertThat(error.get("file").asText()).isEqualTo(file.toString());
    assertThat(error.get("line").asInt()).isEqualTo(5);
    assertThat(error.get("column").asInt()).isEqualTo(11);
  }

  @Test
  void aByteOrderMarkBeforeTheFirstLineIsNoPartOfIt() {
    Result r = answered("\uFEFF[5.1, 3.5, 1.4, 0.2]\r\n[5.1, 3.5, 1.4, 0.2]\r\n");
    assertThat(r.code()).as(r.out()).isZero();
    assertThat(r.out().lines()).hasSize(2).allMatch(l -> l.contains("setosa"));
  }

  /// As in `dlt predict --input - < folder`.
  @Test
  void anInputThatCannotBeReadIsNoBug() throws IOException {
    InputStream was = System.in;
    try (InputStream broken = new SequenceInputStream(new ByteArrayInputStream("[5.1, 3.5, 1.4, 0.2]\n".getBytes(StandardCharsets.UTF_8)), new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException("Is a directory");
      }
    })) {
      System.setIn(broken);
      Result r = dlt("predict", run(), "--input", "-");
      assertThat(r.code()).isEqualTo(3);
      assertThat(r.err()).isEqualTo("dlt: standard input: cannot be read: Is a directory\n");
    } finally {
      System.setIn(was);
    }
  }

  @Test
  void aLineThatCannotBeAnsweredNamesItselfAndDoesNotEndTheStream() throws IOException {
    String bad = "{\"a\": 1}\n[1, 2]\nnonsense\n[1, 2, 3, \"x\"]\n[1, 2, 3, null]\n17\n[1, 2, 3, 4]\n[1, 2, 3, 1e99]\n[1,2,3,4] 5\n";
    assertThat(answered("[1").out()).contains("line 1: is no JSON: Unexpected end-of-input: expected close marker for Array\"");
    assertThat(answered("[".repeat(2000)).out()).contains("exceeds the maximum allowed (1000)\"");
    assertThat(answered("1,2,3,4").out()).contains("; expected {...} with the names of columns, or [...] with values\"");
    assertThat(answered("[1, 2, 3, NaN]").out()).contains("line 1: is no JSON: NaN and Infinity are no numbers there; a missing value is null\"");
    Result r = answered(bad);
    assertThat(r.code()).isEqualTo(3);
    List<String> lines = r.out().lines().toList();
    assertThat(lines).hasSize(9);
    for (int i = 0; i < lines.size(); i++) {
      JsonNode answer = new ObjectMapper().readTree(lines.get(i));
      assertThat(answer.has("prediction")).as(lines.get(i)).isEqualTo(i == 6);
      if (i != 6) {
        assertThat(answer.get("error").get("line").asInt()).isEqualTo(i + 1);
        assertThat(answer.get("error").get("message").asText()).startsWith("line " + (i + 1) + ": ");
      }
    }
    assertThat(r.err()).contains("8 lines could not be answered");
    Result strict = answered("[1, 2, 3, 4]\n[1]\n[1, 2, 3, 4]\n", "--strict");
    assertThat(strict.code()).isEqualTo(3);
    assertThat(strict.out().lines()).hasSize(1);
    assertThat(strict.err()).contains("line 2: 'features' has 1 values, expected 4");
    assertThat(answered("", "--output", "x.csv").code()).isEqualTo(2);
  }

  /// The bundled table's own names of the four columns.
  private static void header(Path rows) throws IOException {
    String names = Files.readAllLines(Path.of("experiments/data/iris.csv")).getFirst();
    List<String> lines = Files.readAllLines(rows);
    Files.write(rows, List.of(names.substring(0, names.lastIndexOf(',')), lines.get(1), lines.get(2)));
  }

  @Test
  void exportWritesAnotherVerifiedCopy() throws IOException {
    Path onnx = folder.resolve("copy.onnx");
    JsonNode d = dlt("export", run(), "--onnx", onnx.toString(), "--json").json();
    assertThat(onnx).exists();
    assertThat(d.get("onnx").get("max_abs_difference").asDouble()).isLessThan(1e-4);
  }

  @Test
  void librariesThatCannotBeLoadedAreNoBug() throws Exception {
    Process p = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
        "-Djava.io.tmpdir=/dev/null", "-cp", System.getProperty("java.class.path"), Main.class.getName(), "export", run(), "--onnx", folder.resolve("never.onnx").toString())
        .redirectErrorStream(true).start();
    String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(p.waitFor()).as(said).isEqualTo(7);
    assertThat(said).contains("libraries cannot be loaded").contains("room for a folder in /dev/null").contains("-Djava.io.tmpdir=DIR");
    assertThat(folder.resolve("never.onnx")).doesNotExist();
  }

  @Test
  void exportWritesTheSelectedWeightsUnderPyTorchsNames() throws IOException {
    Path file = folder.resolve("copy.safetensors");
    JsonNode d = dlt("export", run(), "--safetensors", file.toString(), "--json").json();
    assertThat(d.get("safetensors").get("tensors").asInt()).isEqualTo(4);
    assertThat(d.has("onnx")).isFalse();
    assertThat(Safetensors.read(file)).containsOnlyKeys("0.weight", "0.bias", "2.weight", "2.bias");
    assertThat(Safetensors.read(file).get("0.weight").shape()).isEqualTo(Shape.of(16, 4));
  }

  @Test
  void exportWantsAtLeastOneFormat() {
    assertThat(dlt("export", run()).code()).isEqualTo(2);
  }

  @Test
  void summaryPredictsTheTimeFromMeasuredSteps() throws IOException {
    JsonNode d = dlt("summary", IRIS, "--time", "--set", "training.epochs=10", "--set", "training.batch_size=60", "--json").json();
    assertThat(d.get("step_ms").asDouble()).isPositive();
    assertThat(d.get("training_seconds").asDouble()).isCloseTo(d.get("step_ms").asDouble() / 1000 * 20 + d.get("validation_ms").asDouble() / 1000 * 10, within(1e-9));
  }

  @Test
  void summarySaysWhetherTheBudgetWillDo() throws IOException {
    JsonNode d = dlt("summary", IRIS, "--time", "--set", "training.budget={memory: 1kB, minutes: 1e-7}", "--json").json().get("budget");
    assertThat(d.get("memory_suffices").asBoolean()).isFalse();
    assertThat(d.get("minutes_suffice").asBoolean()).isFalse();
    assertThat(d.get("epochs_in_time").asInt()).isZero();
    assertThat(dlt("summary", IRIS, "--set", "training.budget={memory: 1GiB}").out()).contains("within the budget of 1.00 GiB");
  }

  @Test
  void aTrainingOverItsMemoryBudgetIsRefusedBeforeAnyFileIsWritten() {
    String bytes = "java".equals(System.getProperty("dlt.cpu")) ? "6000" : "10000"; // plain loops need no room for packed operands
    for (String command : List.of("train", "check")) {
      Path out = folder.resolve("refused");
      Result r = command.equals("train") ? dlt(command, IRIS, "--out", out.toString(), "--set", "training.budget={memory: " + bytes + "B}")
          : dlt(command, IRIS, "--set", "training.budget={memory: " + bytes + "B}");
      assertThat(r.code()).isEqualTo(2);
      assertThat(r.err()).contains(bytes + " bytes", "is the largest that fits");
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void summaryCountsParametersAndOperations() throws IOException {
    JsonNode d = dlt("summary", IRIS, "--json").json();
    assertThat(d.get("parameters").asLong()).isPositive();
    assertThat(d.get("forward_flops").asLong()).isGreaterThan(d.get("parameters").asLong());
    assertThat(d.get("layers")).isNotEmpty();
  }

  @Test
  void benchMeasuresSteps() throws IOException {
    JsonNode d = dlt("bench", "experiments/bench/mlp_tabular.yaml", "--steps", "5", "--threads", "1", "--json").json();
    assertThat(d.get("samples_per_second").asDouble()).isPositive();
    assertThat(d.get("batch_size").asInt()).isEqualTo(32);
  }

  @Test
  void aProfileNamesKernelsBesideTheirCeilings() throws IOException {
    JsonNode d = dlt("bench", "experiments/bench/mlp_tabular.yaml", "--steps", "20", "--threads", "1", "--profile", "--json").json().get("profile");
    assertThat(d.get("kernels").findValuesAsText("kernel")).anyMatch(k -> k.startsWith("matmul 32x64 * 64x64^T + bias relu"));
    double ms = d.get("kernels").findValues("ms").stream().mapToDouble(JsonNode::asDouble).sum();
    assertThat(d.get("kernel_ms").asDouble()).isCloseTo(ms, within(1e-9));
    // plain Java loops have no ceilings to be held against
    boolean emitted = !"java".equals(System.getProperty("dlt.cpu"));
    assertThat(d.has("ceilings")).isEqualTo(emitted);
    if (emitted) {
      assertThat(d.get("ceilings").get("gflops").asDouble()).isPositive();
      assertThat(d.get("floor_ms").asDouble()).isPositive();
    }
  }

  @Test
  void aDeviceThatDoesNotTimeItsKernelsSaysSo() {
    Result r = dlt("bench", IRIS, "--steps", "1", "--profile", "--device", "reference");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("--profile: the device reference does not time its kernels");
  }

  @Test
  void cudaSaysThatItIsMissingAndExitsSix() {
    Result r = dlt("train", IRIS, "--device", "cuda", "--out", folder.resolve("cuda").toString());
    assertThat(r.code()).isEqualTo(6);
    assertThat(r.err()).contains("cuda").doesNotContain("\tat ");
  }

  @Test
  void unknownCommandsAndOptionsExitTwo() {
    assertThat(dlt("tain").code()).isEqualTo(2);
    assertThat(dlt("train").code()).isEqualTo(2);
    assertThat(dlt("train", IRIS, "--epochs", "3").code()).isEqualTo(2);
  }

  @Test
  void aDivergingTrainingExitsFour() {
    Result r = dlt("train", IRIS, "--set", "optimizer={sgd: {lr: 1e30}}", "--out", folder.resolve("diverged").toString());
    assertThat(r.code()).as(r.err()).isEqualTo(4);
    assertThat(r.err()).contains("lower the learning rate");
  }

  @Test
  void theReportIsOnePageThatAsksForNothingElse() throws IOException {
    Path page = folder.resolve("run/report.html");
    assertThat(page).exists();
    String html = Files.readString(page);
    assertThat(html).doesNotContainPattern("(?:src|href)=\"(?!data:)").doesNotContain("@import").contains("versicolor");
    String charts = html.substring(html.indexOf("id=\"charts\">") + 12, html.indexOf("</script>", html.indexOf("id=\"charts\">")));
    JsonNode drawn = new ObjectMapper().readTree(charts);
    assertThat(drawn.findValuesAsText("title")).contains("loss", "accuracy", "time", "ROC", "precision and recall", "calibration");
    drawn.forEach(chart -> chart.get("series").forEach(s -> assertThat(s.get("x").size()).as(chart.get("title").asText()).isPositive().isEqualTo(s.get("y").size())));
    Result text = dlt("report", run(), "--text");
    assertThat(text.out()).contains("loss", "validation", "epoch 100");
    assertThat(text.out().lines()).allMatch(l -> l.length() <= 100);
    assertThat(dlt("report", folder.resolve("nothing").toString()).code()).isEqualTo(2);
    assertThat(dlt("report", run(), "--text", "--output", folder.resolve("text.html").toString())).satisfies(r -> assertThat(r.code()).isEqualTo(2),
        r -> assertThat(r.err()).contains("--text prints"));
    assertThat(folder.resolve("text.html")).doesNotExist();
  }

  @Test
  void compareShowsWhatDiffersAndHoldsRunsAgainstABaseline() throws IOException {
    String other = folder.resolve("other").toString();
    assertThat(dlt("train", IRIS, "--set", "training.epochs=3", "--out", other, "--no-report").code()).isZero();
    assertThat(folder.resolve("other/report.html")).doesNotExist();
    JsonNode d = dlt("compare", run(), other, "--json").json();
    assertThat(d.get("configuration").get("training.epochs").toString()).isEqualTo("[\"100\",\"3\"]");
    assertThat(d.get("metrics").get("validation.loss").get("best").toString()).isEqualTo("[0]");
    assertThat(dlt("compare", run(), other, "--markdown").out()).contains("| training.epochs | 100 | 3 |", "|---|---:|---:|");
    assertThat(dlt("compare", run(), "--baseline", run(), "--assert", "validation.loss <= baseline").code()).isZero();
    Result failed = dlt("compare", other, "--baseline", run(), "--assert", "validation.loss <= baseline * 1.01");
    assertThat(failed.code()).isEqualTo(5);
    assertThat(failed.err()).contains("validation.loss");
    assertThat(dlt("compare", other, "--assert", "validation.loss <= baseline").code()).isEqualTo(2);
    assertThat(dlt("compare", other, "--baseline", run(), "--assert", "validation.beauty > baseline").code()).isEqualTo(2);
    assertThat(dlt("report", run(), other, "--output", folder.resolve("both.html").toString()).code()).isZero();
    assertThat(Files.readString(folder.resolve("both.html"))).contains("training.epochs");
  }

  @Test
  void aSweepEndsWithAPageThatNeedsNothingElse() throws IOException {
    Path file = folder.resolve("sweep.yaml");
    Files.writeString(file, Files.readString(Path.of(IRIS)).replace("data/iris.csv", Path.of("experiments/data/iris.csv").toAbsolutePath().toString()) + """
        sweep:
          method: {random: 6}
          parameters:
            optimizer: {choice: [{adam: {lr: 0.01}}, {sgd: {lr: 1e30}}]}
            optimizer.adam.lr: {log: {between: [1e-3, 1e-1], when: {optimizer: adam}}}
            training.batch_size: {choice: [16, 32]}
        """);
    Path sweep = folder.resolve("sweep");
    Result r = dlt("sweep", file.toString(), "--out", sweep.toString(), "--set", "training.epochs=2");
    assertThat(r.code()).as(r.err()).isZero();
    String page = Files.readString(sweep.resolve("report.html"));
    assertThat(page).contains("Leaderboard", "<polyline class=\"best\"", "<polyline class=\"failed\"", "Kelley", "best so far", "diverged");
    assertThat(page.replaceAll("http://www.w3.org/[^\"]*", "")).doesNotContain("src=\"http", "href=\"http");
    Files.delete(sweep.resolve("report.html"));
    assertThat(dlt("report", sweep.toString()).code()).isZero();
    assertThat(sweep.resolve("report.html")).exists();
    assertThat(dlt("report", sweep.toString(), "--text").out()).contains("importance", "loss by trial", "optimizer.adam.lr");
  }

  @Test
  void aSweepWithoutAnEndedTrialHasNoReport() throws IOException {
    Path sweep = Files.createDirectories(folder.resolve("empty-sweep"));
    Files.writeString(sweep.resolve("sweep.yaml"), "{parameters: {optimizer.adam.lr: {choice: [1]}}}\n");
    assertThat(dlt("report", sweep.toString())).satisfies(r -> assertThat(r.code()).isEqualTo(2), r -> assertThat(r.err()).contains("--resume"));
  }

  @Test
  void helpIsACommandToo() {
    assertThat(dlt("help")).isEqualTo(dlt("--help"));
    assertThat(dlt("help", "train")).isEqualTo(dlt("train", "--help"));
    assertThat(dlt("help", "trian").err()).contains("dlt: Unmatched argument at index 0: 'trian'", "Did you mean: dlt train");
  }

  @Test
  void wrongArgumentsAreADocumentTooWhereOneIsAskedFor() throws IOException {
    Result r = dlt("train", IRIS, "--json", "--epochs");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.json().get("error").get("code").asInt()).isEqualTo(2);
    assertThat(r.json().get("error").get("message").asText()).contains("--epochs");
    assertThat(r.err()).contains("dlt: Unknown option: '--epochs'", "Try 'dlt train --help'.");
    assertThat(dlt("train", IRIS, "--epochs").out()).isEmpty();
  }

  @Test
  void memoryThatDoesNotSufficeIsSaidInALine() throws IOException {
    Supplier<Optional<? extends Driver>> was = GpuDriver.search;
    GpuDriver.search = () -> {
      throw new OutOfMemoryError("Java heap space");
    };
    try {
      Result r = dlt("devices", "--json");
      assertThat(r.code()).isEqualTo(6);
      assertThat(r.json().get("error").get("message").asText()).startsWith("out of memory (Java heap space): take less data");
      assertThat(r.err().lines()).hasSize(1);
    } finally {
      GpuDriver.search = was;
    }
  }
}
