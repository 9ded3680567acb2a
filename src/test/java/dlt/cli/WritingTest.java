package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.infer.OnnxModel;
import dlt.tensor.HostTensor;
import dlt.tensor.Npy;
import dlt.tensor.TensorType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models that write a text, word by word.
class WritingTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EXPERIMENT = "experiments/seq2seq.yaml";

  @TempDir static Path folder;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    run = trained("run", "training.epochs=6", "metrics=[accuracy, log_loss, perplexity, exact_match]");
  }

  private static Path trained(String name, String... set) {
    List<String> arguments = new ArrayList<>(List.of("train", EXPERIMENT, "--out", folder.resolve(name).toString(), "--no-report"));
    for (String s : set) {
      arguments.addAll(List.of("--set", s));
    }
    CommandsTest.Result r = CommandsTest.dlt(arguments.toArray(String[]::new));
    assertThat(r.code()).as(r.err()).isZero();
    return folder.resolve(name);
  }

  private static CommandsTest.Result predict(Path run, String table, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("predict", run.toString(), "--input", Files.writeString(folder.resolve("new.csv"), table).toString()));
    arguments.addAll(List.of(more));
    CommandsTest.Result r = CommandsTest.dlt(arguments.toArray(String[]::new));
    assertThat(r.code()).as(r.err()).isZero();
    return r;
  }

  @Test
  void predictWritesTheTextOfEachSample() throws IOException {
    List<String> lines = predict(run, Files.readString(Path.of("experiments/data/numbers.csv"))).out().lines().toList();
    assertThat(lines.getFirst()).isEqualTo("prediction");
    List<String> right = Files.readAllLines(Path.of("experiments/data/numbers.csv")).stream().map(l -> l.replaceAll(".*,", "")).toList();
    long hits = 0;
    for (int i = 1; i < lines.size(); i++) {
      hits += lines.get(i).equals(right.get(i)) ? 1 : 0;
    }
    assertThat(lines).hasSameSizeAs(right);
    assertThat(hits).isGreaterThan(lines.size() * 8L / 10);
    JsonNode metrics = CommandsTest.dlt("eval", run.toString(), "--data", "experiments/data/numbers.csv", "--json").json().get("metrics");
    assertThat(metrics.get("exact_match").asDouble()).isEqualTo((double) hits / (lines.size() - 1));
    assertThat(metrics.get("perplexity").asDouble()).isEqualTo(Math.exp(metrics.get("log_loss").asDouble()));
  }

  @Test
  void theOnlyTextThatIsReadMayBeGivenAsAPrompt() throws IOException {
    String text = predict(run, "number\n907\n").out().lines().toList().get(1);
    assertThat(CommandsTest.dlt("predict", run.toString(), "--prompt", "907").out()).isEqualTo(text + "\n");
    assertThat(CommandsTest.dlt("predict", run.toString(), "--prompt", "907", "--beams", "1").out()).isEqualTo(text + "\n");
    assertThat(CommandsTest.dlt("predict", run.toString(), "--prompt", "907", "--max-length", "2").out()).isEqualTo(text.replaceFirst("^(\\w+ \\w+).*", "$1") + "\n");
  }

  @Test
  void moreBeamsFindTextsThatAreAtLeastAsLikelyOnTheWhole() throws IOException {
    List<String> right = Files.readAllLines(Path.of("experiments/data/numbers.csv")).subList(1, 202).stream().map(l -> l.replaceAll(".*,", "")).toList();
    String table = String.join("\n", Files.readAllLines(Path.of("experiments/data/numbers.csv")).subList(0, 202)) + "\n";
    List<String> one = predict(run, table, "--beams", "1").out().lines().skip(1).toList();
    List<String> four = predict(run, table, "--beams", "4").out().lines().skip(1).toList();
    assertThat(one).isEqualTo(predict(run, table).out().lines().skip(1).toList()).hasSize(201);
    assertThat(hits(four, right)).isGreaterThanOrEqualTo(hits(one, right) - 4).isGreaterThan(160);
    List<String> drawn = predict(run, table, "--seed", "3").out().lines().skip(1).toList();
    assertThat(drawn).isEqualTo(predict(run, table, "--temperature", "1", "--seed", "3", "--threads", "1").out().lines().skip(1).toList())
        .isNotEqualTo(predict(run, table, "--seed", "4").out().lines().skip(1).toList());
    assertThat(predict(run, table, "--top-k", "1").out().lines().skip(1).toList()).isEqualTo(one);
  }

  private static long hits(List<String> found, List<String> right) {
    return IntStream.range(0, right.size()).filter(i -> found.get(i).equals(right.get(i))).count();
  }

  @Test
  void linesTablesAndArraysSayTheSame() throws IOException {
    String table = "number\n4321\n\"\"\n907\n80000\n";
    List<String> written = predict(run, table).out().lines().skip(1).toList();
    List<String> json = new ArrayList<>();
    for (String line : predict(run, table, "--json").out().lines().toList()) {
      json.add(JSON.readTree(line).get("prediction").asText());
    }
    assertThat(json).isEqualTo(written);
    InputStream was = System.in;
    System.setIn(new ByteArrayInputStream("{\"number\": 4321}\n{\"number\": null, \"words\": \"nine\"}\n{\"number\": \"907\"}\n{\"number\": 80000}\n".getBytes(StandardCharsets.UTF_8)));
    try {
      List<String> answered = new ArrayList<>();
      for (String line : CommandsTest.dlt("predict", run.toString(), "--input", "-").out().lines().toList()) {
        answered.add(JSON.readTree(line).get("prediction").asText());
      }
      assertThat(answered).isEqualTo(written);
    } finally {
      System.setIn(was);
    }
    Path file = folder.resolve("p.npy");
    predict(run, table, "--output", file.toString());
    HostTensor indices = Npy.read(file);
    assertThat(indices.type()).isEqualTo(TensorType.int64(4, 7));
    assertThat(text(words(), indices, 0)).isEqualTo(written.getFirst());
  }

  private static List<String> words() throws IOException {
    try (OnnxModel model = OnnxModel.open(run.resolve("model.onnx"), 1)) {
      JsonNode text = JSON.readTree(model.metadata().get("dlt.schema")).get("targets").get(0).get("columns").get(0).get("text");
      assertThat(text.get("mark").asText()).isEqualTo("end");
      List<String> r = new ArrayList<>();
      text.get("words").forEach(w -> r.add(w.asText()));
      return r;
    }
  }

  private static String text(List<String> words, HostTensor indices, int sample) {
    List<String> r = new ArrayList<>();
    for (int i = 0; i < 7 && indices.longAt(7L * sample + i) != 3; i++) {
      r.add(words.get((int) indices.longAt(7L * sample + i) - 2));
    }
    return String.join(" ", r);
  }

  /// As README says how to.
  @Test
  void theOnnxModelWritesTheSameWhenItIsAskedForOneWordAfterTheOther() throws IOException {
    HostTensor before = HostTensor.allocate(TensorType.int64(1, 7));
    before.setLong(0, 2);
    HostTensor digits = HostTensor.allocate(TensorType.int64(1, 4));
    List<String> words = words();
    List<String> found = new ArrayList<>();
    try (OnnxModel model = OnnxModel.open(run.resolve("model.onnx"), 1)) {
      JsonNode schema = JSON.readTree(model.metadata().get("dlt.schema")).get("inputs").get(0).get("columns").get(0).get("text");
      List<String> signs = new ArrayList<>();
      schema.get("words").forEach(w -> signs.add(w.asText()));
      for (int i = 0; i < 3; i++) {
        digits.setLong(i, 2 + signs.indexOf("907".substring(i, i + 1)));
      }
      for (int step = 0; step < 7; step++) {
        HostTensor scores = model.run(Map.of("digits", digits, "before", before)).firstEntry().getValue();
        int best = 0;
        for (int c = 0; c < scores.shape().dim(1); c++) {
          best = scores.at(7L * c + step) > scores.at(7L * best + step) ? c : best;
        }
        if (best == 3 || step == 6) {
          break;
        }
        found.add(words.get(best - 2));
        before.setLong(step + 1, best);
      }
    }
    assertThat(predict(run, "number\n907\n").out().lines().toList().get(1)).isEqualTo(String.join(" ", found));
  }

  @Test
  void aModelOfATextAloneGoesOnFromWhatIsGiven() throws IOException {
    Path alone = trained("alone", "training.epochs=1", "data.train.csv.inputs={before: words}",
        "model.layers=[{embedding: {embedding_dim: 8}}, {lstm: 16}, {linear: classes}, {permute: [0, 2, 1]}]");
    List<String> lines = predict(alone, "words\nnine thousand\n\"\"\nsix hundred\n").out().lines().toList();
    assertThat(lines.get(1)).startsWith("nine thousand");
    assertThat(lines.get(3)).startsWith("six hundred");
  }

  @Test
  void foldsAreMeasuredWordByWord() throws IOException {
    Path folds = trained("folds", "training.epochs=1", "data.split={folds: 2, refit: false}");
    List<String> lines = Files.readAllLines(folds.resolve("out-of-fold.csv"));
    assertThat(lines.getFirst()).isEqualTo("sample,origin,repeat,fold,target,prediction");
    assertThat(lines.get(1)).matches("\\d+,data/numbers.csv:\\d+,0,0,[a-z ]+,[a-z ]+");
  }

  @Test
  void reportsAndEvaluationsNameWords() throws IOException {
    CommandsTest.Result eval = CommandsTest.dlt("eval", run.toString(), "--json");
    assertThat(eval.json().get("classes").get("hundred").get("support").asInt()).isPositive();
    assertThat(eval.json().get("classes").get("<padding>").get("support").asInt()).isZero();
    assertThat(CommandsTest.dlt("report", run.toString(), "--output", folder.resolve("r.html").toString()).code()).isZero();
    assertThat(folder.resolve("r.html")).content().contains("thousand");
  }

  @Test
  void aLossThatWouldLearnPaddingIsRefused() {
    for (String loss : List.of("cross_entropy", "{ctc: 7}", "{cross_entropy: {ignore_index: 1}}")) {
      CommandsTest.Result r = CommandsTest.dlt("check", EXPERIMENT, "--set", "loss=" + loss);
      assertThat(r.code()).as(loss).isEqualTo(2);
      assertThat(r.err()).contains("found target 'words', a text", "ignore_index: 0");
    }
  }

  @Test
  void linearGivesAsManyFeaturesAsThereAreClasses() throws IOException {
    CommandsTest.Result iris = CommandsTest.dlt("summary", "experiments/iris.yaml", "--json", "--set", "model.layers=[{linear: classes}]");
    assertThat(iris.json().get("layers").get(0).get("output").get(0).asInt()).isEqualTo(3);
    CommandsTest.Result numbers = CommandsTest.dlt("check", "experiments/diabetes.yaml", "--set", "model.layers=[{linear: classes}]");
    assertThat(numbers.code()).isEqualTo(2);
    assertThat(numbers.err()).contains("out_features: classes", "say how many there are");
    CommandsTest.Result wrong = CommandsTest.dlt("check", "experiments/iris.yaml", "--set", "model.layers=[{linear: 0}]");
    assertThat(wrong.err()).contains("found '0', expected a whole number of at least 1, or classes");
  }
}
