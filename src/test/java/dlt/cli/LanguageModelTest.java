package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models of running text, and of names: what they learn they write.
class LanguageModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LENGTH = 24;
  private static final String SENTENCE = "The rain in Spain\nstays mainly in the plain.\n";

  @TempDir static Path folder;
  private static Path transformer;

  @BeforeAll
  static void train() throws IOException {
    Files.writeString(folder.resolve("text.txt"), SENTENCE.repeat(60));
    transformer = trained("transformer", "code_point", """
            - embedding: {embedding_dim: 32}
            - positional_encoding: {dropout: 0}
            - transformer_encoder_layer: {nhead: 4, dim_feedforward: 64, dropout: 0, norm_first: true, is_causal: true}
            - transformer_encoder_layer: {nhead: 4, dim_feedforward: 64, dropout: 0, norm_first: true, is_causal: true}
        """);
  }

  private static Path trained(String name, String by, String layers, String... set) throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".yaml"), """
        name: %s
        seed: 3
        data:
          train: {text: {path: text.txt, length: %d, by: %s}}
          split: {validation: 0.1}
        model:
          layers:
        %s
            - linear: classes
            - permute: [0, 2, 1]
        loss: cross_entropy
        optimizer: {adam: {lr: 5e-3}}
        training: {batch_size: 8, epochs: 16}
        metrics: [accuracy, perplexity]
        """.formatted(name, LENGTH, by, layers.stripTrailing()));
    return trained(file, set);
  }

  private static Path trained(Path file, String... set) {
    Path run = folder.resolve(file.getFileName().toString().replace(".yaml", ""));
    List<String> arguments = new ArrayList<>(List.of("train", file.toString(), "--out", run.toString(), "--no-report"));
    for (String s : set) {
      arguments.addAll(List.of("--set", s));
    }
    CommandsTest.Result r = CommandsTest.dlt(arguments.toArray(String[]::new));
    assertThat(r.code()).as(r.err()).isZero();
    return run;
  }

  private static CommandsTest.Result run(String command, Path run, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command, run.toString()));
    arguments.addAll(List.of(more));
    return CommandsTest.dlt(arguments.toArray(String[]::new));
  }

  private static String predict(Path run, String... more) {
    CommandsTest.Result r = run("predict", run, more);
    assertThat(r.code()).as(r.err()).isZero();
    return r.out();
  }

  /// Four times as long as what the model reads at a time.
  @Test
  void aTextThatRepeatsItselfIsWrittenAgain() {
    String text = SENTENCE.repeat(4).substring(0, 12 + 4 * LENGTH) + "\n";
    assertThat(predict(transformer, "--prompt", "The rain in ", "--max-length", "" + 4 * LENGTH)).isEqualTo(text);
    assertThat(predict(transformer, "--prompt", "The rain in ", "--max-length", "" + 4 * LENGTH, "--beams", "3")).isEqualTo(text);
    assertThat(predict(transformer, "--prompt", "The rain in ", "--max-length", "" + 4 * LENGTH, "--top-p", "0.5", "--seed", "8")).isEqualTo(text);
    assertThat(predict(transformer, "--prompt", "The rain in ", "--max-length", "" + 4 * LENGTH, "--end", "\n")).isEqualTo("The rain in Spain\n");
  }

  @Test
  void recurrentLayersAndWordsDoToo() throws IOException {
    Path gru = trained("gru", "code_point", """
            - embedding: {embedding_dim: 16}
            - gru: 48
        """, "optimizer.adam.lr=0.01");
    assertThat(predict(gru, "--prompt", "stays ", "--max-length", "60")).isEqualTo(SENTENCE.repeat(3).substring(18, 18 + 66) + "\n");
    Path words = trained("words", "word", """
            - embedding: {embedding_dim: 16}
            - lstm: 32
        """, "training.epochs=30", "optimizer.adam.lr=0.01", "data.train.text.lowercase=true");
    assertThat(predict(words, "--prompt", "RAIN in", "--max-length", "9")).isEqualTo("rain in spain stays mainly in the plain . the rain\n");
  }

  @Test
  void whatIsDrawnDependsOnTheSeedAndOnNothingElse() throws IOException {
    String[] hot = {"--prompt", "stays", "--temperature", "3", "--samples", "3", "--seed", "5"};
    String text = predict(transformer, hot);
    assertThat(predict(transformer, with(hot, "--threads", "1"))).isEqualTo(text);
    assertThat(predict(transformer, with(hot, "--seed", "6", 7))).isNotEqualTo(text);
    List<String> lines = new ArrayList<>();
    for (String line : predict(transformer, with(hot, "--json")).lines().toList()) {
      lines.add(JSON.readTree(line).get("prediction").asText());
    }
    assertThat(lines).hasSize(3).doesNotHaveDuplicates().allSatisfy(l -> assertThat(l).startsWith("stays").hasSize(5 + LENGTH));
    assertThat(String.join("\n", lines) + "\n").isEqualTo(text);
    Path file = folder.resolve("drawn.txt");
    predict(transformer, with(hot, "--output", file.toString()));
    assertThat(file).content().isEqualTo(text);
    CommandsTest.Result again = CommandsTest.dlt(Stream.concat(Stream.of("predict", transformer.toString()), Stream.of(with(hot, "--output", file.toString()))).toArray(String[]::new));
    assertThat(again.code()).isEqualTo(2); // whose text it is cannot be told
    assertThat(again.err()).contains("is there already and is no empty file").contains("remove it, or name another file");
    predict(transformer, with(hot, "--output", Files.writeString(file, "").toString()));
    Path array = folder.resolve("drawn.npy");
    predict(transformer, with(hot, "--output", array.toString()));
    assertThat(Npy.read(array).type()).isEqualTo(TensorType.int64(3, 2 * LENGTH));
  }

  private static String[] with(String[] options, Object... more) {
    List<String> r = new ArrayList<>(List.of(options));
    if (more.length == 3) {
      r.set((int) more[2], more[1].toString());
      return r.toArray(String[]::new);
    }
    for (Object o : more) {
      r.add(o.toString());
    }
    return r.toArray(String[]::new);
  }

  @Test
  void linesOfStandardInputAreGoneOnFrom() throws IOException {
    InputStream was = System.in;
    System.setIn(new ByteArrayInputStream("{\"text\": \"The r\"}\n{\"text\": \"\"}\n{\"text\": \"mainly\"}\n".getBytes(StandardCharsets.UTF_8)));
    try {
      CommandsTest.Result r = run("predict", transformer, "--input", "-", "--max-length", "5");
      assertThat(r.code()).isEqualTo(3);
      List<String> lines = r.out().lines().toList();
      assertThat(JSON.readTree(lines.get(0)).get("prediction").asText()).isEqualTo("The rain in".substring(0, 10));
      assertThat(JSON.readTree(lines.get(1)).get("error").get("message").asText()).contains("no text to go on from");
      assertThat(JSON.readTree(lines.get(2)).get("prediction").asText()).isEqualTo("mainly in t");
    } finally {
      System.setIn(was);
    }
  }

  /// As README says how to.
  @Test
  void theOnnxModelWritesTheSameOneCharacterAfterTheOther() throws IOException {
    StringBuilder text = new StringBuilder("stays ");
    try (OnnxModel model = OnnxModel.open(transformer.resolve("model.onnx"), 1)) {
      List<String> words = new ArrayList<>();
      JSON.readTree(model.metadata().get("dlt.schema")).get("inputs").get(0).get("columns").get(0).get("text").get("words").forEach(w -> words.add(w.asText()));
      for (int step = 0; step < 40; step++) {
        String last = text.substring(Math.max(0, text.length() - LENGTH));
        HostTensor read = HostTensor.allocate(TensorType.int64(1, LENGTH));
        for (int i = 0; i < last.length(); i++) {
          read.setLong(i, 2 + words.indexOf(last.substring(i, i + 1)));
        }
        HostTensor scores = model.run(Map.of("text", read)).firstEntry().getValue();
        int best = 2;
        for (int c = 2; c < scores.shape().dim(1); c++) {
          best = scores.at((long) c * LENGTH + last.length() - 1) > scores.at((long) best * LENGTH + last.length() - 1) ? c : best;
        }
        text.append(words.get(best - 2));
      }
    }
    assertThat(predict(transformer, "--prompt", "stays ", "--max-length", "40")).isEqualTo(text + "\n");
  }

  @Test
  void anotherTextIsMeasuredToo() throws IOException {
    JsonNode known = run("eval", transformer, "--data", Files.writeString(folder.resolve("known.txt"), SENTENCE.repeat(3)).toString(), "--json").json().get("metrics");
    JsonNode other = run("eval", transformer, "--data", Files.writeString(folder.resolve("other.txt"), "in the rain Spain stays plain. ".repeat(5)).toString(), "--json").json().get("metrics");
    assertThat(known.get("perplexity").asDouble()).isBetween(1.0, 1.3);
    assertThat(other.get("perplexity").asDouble()).isGreaterThan(2 * known.get("perplexity").asDouble());
    assertThat(known.get("perplexity").asDouble()).isCloseTo(Math.exp(known.get("loss").asDouble()), withinPercentage(0.01));
  }

  /// As with makemore: a name ends where its end mark is drawn.
  @Test
  void namesAreMadeUp() throws IOException {
    StringBuilder table = new StringBuilder("name\n");
    for (String first : List.of("An", "Bel", "Car", "Dor", "El", "Fio")) {
      for (String last : List.of("na", "la", "ra", "lina", "nora", "sia")) {
        table.append(first).append(last).append('\n');
      }
    }
    Files.writeString(folder.resolve("names.csv"), table);
    Path names = trained(Files.writeString(folder.resolve("names.yaml"), """
        name: names
        data:
          train: {csv: {path: names.csv, target: name, inputs: {before: name}, types: {name: {text: {length: 10, by: character, lowercase: false}}}}}
          split: none
        model: {layers: [{embedding: {embedding_dim: 16}}, {lstm: 32}, {linear: classes}, {permute: [0, 2, 1]}]}
        loss: {cross_entropy: {ignore_index: 0}}
        optimizer: {adam: {lr: 0.01}}
        training: {batch_size: 6, epochs: 40}
        """));
    List<String> made = predict(names, "--prompt", "", "--samples", "20", "--seed", "1").lines().toList();
    assertThat(made).hasSize(20);
    assertThat(made.stream().filter(n -> n.matches("(An|Bel|Car|Dor|El|Fio)(na|la|ra|lina|nora|sia)")).count()).isGreaterThan(10);
    assertThat(made.stream().distinct().count()).isGreaterThan(8);
    assertThat(predict(names, "--prompt", "Fio", "--seed", "2")).startsWith("Fio");
  }

  @Test
  void wordsOfAPromptThatTheModelDoesNotKnowAreNamed() {
    CommandsTest.Result r = CommandsTest.dlt("predict", transformer.toString(), "--prompt", "stXys~", "--max-length", "3");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err()).isEqualTo("dlt: --prompt: found 'X', '~', expected words of the texts that the model learned from; it reads others as one unknown word, shown as [?]\n");
    assertThat(CommandsTest.dlt("predict", transformer.toString(), "--prompt", "stays", "--max-length", "3").err()).isEmpty();
  }

  /// It would learn to copy, to a loss of next to nothing.
  @Test
  void aModelThatReadsWhatItIsToTellIsRefusedBeforeTraining() throws IOException {
    String file = folder.resolve("transformer.yaml").toString();
    for (String layers : List.of("{transformer_encoder_layer: {nhead: 4, dim_feedforward: 16}}", "{lstm: {hidden_size: 8, bidirectional: true}}",
        "{multihead_attention: 4}, {layer_norm: {}}, {gru: 8}")) {
      for (String command : List.of("check", "train")) {
        CommandsTest.Result r = CommandsTest.dlt(command, file, "--set", "model.layers=[{embedding: {embedding_dim: 32}}, " + layers + ", {linear: classes}, {permute: [0, 2, 1]}]");
        assertThat(r.code()).as(layers + r.err()).isEqualTo(2);
        assertThat(r.err()).contains("found a model that reads the words of 'text' that it is to tell", "hint: say `is_causal: true`");
      }
    }
    Path decoder = Files.writeString(folder.resolve("decoder.yaml"), Files.readString(Path.of("experiments/seq2seq.yaml")).replace("is_causal: true", "is_causal: false")
        .replace("data/numbers.csv", Path.of("experiments/data/numbers.csv").toAbsolutePath().toString()));
    assertThat(CommandsTest.dlt("check", decoder.toString()).err()).contains("decoder.yaml:14:1", "reads the words of 'before'");
    Files.writeString(decoder, Files.readString(decoder) + "sweep: {method: grid, parameters: {optimizer.adam.lr: {choice: [1e-3, 1e-2]}}}\n");
    CommandsTest.Result swept = CommandsTest.dlt("sweep", decoder.toString(), "--out", folder.resolve("swept").toString(), "--set", "training.epochs=1");
    assertThat(swept.code()).isEqualTo(2);
    assertThat(swept.err()).contains("decoder.yaml:14:1", "reads the words of 'before'");
    assertThat(CommandsTest.dlt("check", file).code()).isZero();
    assertThat(CommandsTest.dlt("check", file, "--set", "data.train.text.length=1").code()).isZero();
  }

  @Test
  void whatDoesNotGoTogetherIsSaid() throws IOException {
    Map<List<String>, String> wrong = Map.of(
        List.of("--prompt", "a", "--input", "x.csv"), "--prompt stands in place of --input",
        List.of(), "give --input FILE, or --prompt TEXT",
        List.of("--prompt", "a", "--beams", "2", "--top-k", "3"), "--beams looks for the likeliest text, and --top-k draws",
        List.of("--input", "x.csv", "--samples", "2"), "--samples goes with --prompt",
        List.of("--prompt", "a", "--samples", "0"), "--samples 0: expected at least 1",
        List.of("--prompt", "a", "--temperature", "0"), "--temperature 0.0: expected more than 0",
        List.of("--prompt", "a", "--end", "§"), "--end '§': the model's texts have no such character",
        List.of("--prompt", "a", "--masks", "m"), "--masks is for images",
        List.of("--input", folder.resolve("text.txt").toString()), "--prompt TEXT");
    wrong.forEach((arguments, message) -> {
      CommandsTest.Result r = run("predict", transformer, arguments.toArray(String[]::new));
      assertThat(r.code()).as(arguments + ": " + r.err()).isIn(2, 3);
      assertThat(r.err()).contains(message);
    });
    CommandsTest.Result none = run("predict", transformer, "--prompt", "");
    assertThat(none.code()).isEqualTo(3);
    assertThat(none.err()).contains("no text to go on from; give at least one character");
  }

  @Test
  void aModelThatWritesNoTextsSaysSo() {
    Path iris = folder.resolve("iris");
    assertThat(CommandsTest.dlt("train", "experiments/iris.yaml", "--out", iris.toString(), "--no-report", "--set", "training.epochs=1").code()).isZero();
    assertThat(run("predict", iris, "--prompt", "a").err()).contains("this one writes none: give its samples by --input");
    assertThat(run("predict", iris, "--input", "experiments/data/iris.csv", "--top-k", "2").err()).contains("the model writes no texts: leave out --top-k");
  }
}
