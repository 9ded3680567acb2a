package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.infer.OnnxModel;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import dlt.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Texts from the table to ONNX, as scripts meet them.
class TextTrainingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EXPERIMENT =
      """
      name: texts
      seed: 1
      data:
        train: {csv: {path: texts.csv, target: kind, inputs: {words: text, size: size}, types: {text: {text: {length: 6, min_count: 2}}}}}
        split: {validation: 0.25}
        preprocess: [standardize]
      model:
        layers:
          - embedding: {from: words, embedding_dim: 4, padding_idx: 0, as: vectors}
          - masked_mean: {from: [vectors, words], as: text}
          - concat: {from: [text, size]}
          - linear: 2
      loss: cross_entropy
      optimizer: {adam: {lr: 5e-2}}
      training: {batch_size: 8, epochs: 3}
      """;

  @TempDir Path folder;

  private Path file;

  /// Forty texts, of which some are empty, have signs of csv in them, or a word of their own.
  @BeforeEach
  void writeTexts() throws IOException {
    StringBuilder b = new StringBuilder("text,size,kind\n");
    for (int i = 0; i < 40; i++) {
      String word = i % 2 == 0 ? "good" : "bad";
      b.append(i % 10 == 9 ? "" : "\"The \"\"" + word.toUpperCase(Locale.ROOT) + "\"\" film,\n no" + i + " caf\u00e9 \ud83d\ude00 " + word + "\"").append(',').append(i).append(',').append(word).append('\n');
    }
    Files.writeString(folder.resolve("texts.csv"), b);
    file = Files.writeString(folder.resolve("exp.yaml"), EXPERIMENT);
  }

  private Path train(String... set) {
    return train(folder.resolve("run"), set);
  }

  private Path train(Path run, String... set) {
    List<String> arguments = new ArrayList<>(List.of("train", file.toString(), "--out", run.toString(), "--json", "--no-report"));
    for (String s : set) {
      arguments.addAll(s.startsWith("--") ? List.of(s) : List.of("--set", s));
    }
    CommandsTest.Result r = CommandsTest.dlt(arguments.toArray(String[]::new));
    assertThat(r.code()).as(r.err()).isZero();
    return run;
  }

  /// The first input's text in a schema.
  private static JsonNode text(String schema) throws IOException {
    return JSON.readTree(schema).get("inputs").get(0).get("columns").get(0).get("text");
  }

  private static JsonNode text(Path onnx) throws IOException {
    try (OnnxModel model = OnnxModel.open(onnx, 1)) {
      return text(model.metadata().get("dlt.schema"));
    }
  }

  private static List<String> words(Path onnx) throws IOException {
    return words(text(onnx));
  }

  private static List<String> words(JsonNode text) {
    List<String> r = new ArrayList<>();
    text.get("words").forEach(w -> r.add(w.asText()));
    return r;
  }

  private static CommandsTest.Result answers(Path run, String lines) {
    InputStream was = System.in;
    System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    try {
      return CommandsTest.dlt("predict", run.toString(), "--input", "-");
    } finally {
      System.setIn(was);
    }
  }

  @Test
  void theModelTakesIndicesAndSaysWhichWordsTheyAre() throws IOException {
    Path run = train();
    Path onnx = run.resolve("model.onnx");
    assertThat(words(onnx)).startsWith(",", "caf\u00e9", "film", "\ud83d\ude00").contains("good", "bad").doesNotContain("no1", "the", "GOOD");
    assertThat(text(onnx).get("padding_side").asText()).isEqualTo("left");
    long good = 2 + words(onnx).indexOf("good");
    CommandsTest.Result predicted = answers(run, "{\"text\": \"GOOD never-seen\", \"size\": 1}\n");
    JsonNode probabilities = JSON.readTree(predicted.out()).get("probabilities");
    try (OnnxModel model = OnnxModel.open(onnx, 1)) {
      assertThat(model.inputs()).anySatisfy(p -> {
        assertThat(p.name()).isEqualTo("words");
        assertThat(p.dtype()).isEqualTo(DType.INT64);
      });
      HostTensor scores = model.run(Map.of("words", HostTensor.of(Shape.of(1, 6), 0L, 0, good, 1, 1, 1), "size", HostTensor.of(Shape.of(1, 1), 1f))).get("output");
      double odds = Math.exp(scores.at(1) - scores.at(0));
      assertThat(probabilities.get("good").asDouble() / probabilities.get("bad").asDouble()).isCloseTo(odds, within(1e-3 * odds));
    }
    CommandsTest.Result summary = CommandsTest.dlt("summary", file.toString(), "--json");
    assertThat(summary.json().get("layers").get(0).get("parameters").asInt()).isEqualTo(4 * (2 + words(onnx).size()));
    CommandsTest.Result card = CommandsTest.dlt("export", run.toString(), "--card");
    assertThat(card.code()).as(card.err()).isZero();
    assertThat(run.resolve("model-card.md")).content().contains("| 0 to 5 | text | indices of its words: 0 padding, 1 unknown, then " + words(onnx).size() + " words");
  }

  @Test
  void linesAndTablesArePredictedAlike() throws IOException {
    Path run = train();
    List<String> texts = List.of("", "only unknown words", "film film film film film film film good", "Cafe\u0301 \ud83d\ude00\ud83d\ude00", "\"quoted\", and\nbroken", "  ");
    StringBuilder table = new StringBuilder("size,text\n");
    StringBuilder lines = new StringBuilder();
    for (String t : texts) {
      table.append("3,\"").append(t.replace("\"", "\"\"")).append("\"\n");
      lines.append("{\"size\": 3, \"text\": ").append(JSON.writeValueAsString(t)).append("}\n");
    }
    Path data = Files.writeString(folder.resolve("new.csv"), table);
    CommandsTest.Result rows = CommandsTest.dlt("predict", run.toString(), "--input", data.toString(), "--json");
    assertThat(rows.code()).as(rows.err()).isZero();
    CommandsTest.Result answered = answers(run, lines.toString());
    assertThat(answered.code()).as(answered.err()).isZero();
    assertThat(answered.out().lines().map(TextTrainingsTest::prediction)).containsExactlyElementsOf(rows.out().lines().map(TextTrainingsTest::prediction).toList());
    // an empty text, null and spaces are the same
    List<String> empty = answers(run, "{\"size\": 3, \"text\": null}\n{\"size\": 3, \"text\": \" \"}\n").out().lines().map(TextTrainingsTest::prediction).toList();
    assertThat(empty).containsOnly(prediction(answered.out().lines().findFirst().orElseThrow()));
  }

  /// Classes with probabilities to four places.
  private static String prediction(String line) {
    try {
      JsonNode p = JSON.readTree(line);
      return p.get("prediction").asText() + String.format(Locale.ROOT, " %.4f", p.get("probabilities").get("good").asDouble());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsNoTextIsNamed() throws IOException {
    Path run = train();
    CommandsTest.Result r = answers(run, "{\"size\": 3}\n{\"size\": 3, \"text\": [\"a\"]}\n{\"size\": 3, \"text\": 12}\n");
    assertThat(r.code()).isEqualTo(3);
    List<String> lines = r.out().lines().toList();
    assertThat(lines.get(0)).contains("line 1: has no 'text'");
    assertThat(lines.get(1)).contains("line 2: 'text' is an array; expected a text");
    assertThat(lines.get(2)).contains("prediction");
    Path data = Files.writeString(folder.resolve("new.csv"), "size,txt\n1,a\n");
    CommandsTest.Result missing = CommandsTest.dlt("predict", run.toString(), "--input", data.toString());
    assertThat(missing.code()).isEqualTo(3);
    assertThat(missing.err()).contains("has no column 'text' - did you mean 'txt'?");
  }

  @Test
  void readyIndicesArePredictedAndCheckedToo() throws IOException {
    Path run = train();
    assertThat(answers(run, "{\"size\": 3, \"words\": [0, 0, 0, 2, 3, 4]}\n").code()).isZero();
    CommandsTest.Result r = answers(run, "{\"size\": 3, \"words\": [0, 0, 0, 2, 3, 4000]}\n{\"size\": 3, \"words\": [0, 0, 0, 2, 3, 0.5]}\n");
    assertThat(r.out()).contains("'words' is 4000, but the embedding has vectors 0 to", "looks up whole numbers");
    Path arrays = folder.resolve("indices.safetensors");
    Safetensors.write(arrays, new LinkedHashMap<>(Map.of("words", HostTensor.of(Shape.of(1, 6), 0L, 0, 0, 2, 3, 4), "size", HostTensor.of(Shape.of(1, 1), 3f))), Map.of());
    CommandsTest.Result file = CommandsTest.dlt("predict", run.toString(), "--input", arrays.toString(), "--json");
    assertThat(file.code()).as(file.err()).isZero();
    assertThat(prediction(file.out())).isEqualTo(prediction(answers(run, "{\"size\": 3, \"words\": [0, 0, 0, 2, 3, 4]}\n").out()));
  }

  @Test
  void otherDataAreEvaluatedInTheWordsOfTheTraining() throws IOException {
    Path run = train();
    Path other = Files.writeString(folder.resolve("other.csv"), "kind,text,size\ngood,brand-new words good,1\nbad,,2\n");
    CommandsTest.Result r = CommandsTest.dlt("eval", run.toString(), "--data", other.toString(), "--json");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.json().get("samples").asInt()).isEqualTo(2);
    CommandsTest.Result again = CommandsTest.dlt("eval", run.toString(), "--json");
    JsonNode manifest = JSON.readTree(run.resolve("manifest.json").toFile());
    assertThat(again.json().get("metrics").get("loss").asDouble()).isEqualTo(manifest.get("results").get("validation.loss").asDouble());
  }

  @Test
  void validationDataOfTheirOwnAreReadInTheWordsOfTheTrainingToo() throws IOException {
    Files.writeString(folder.resolve("valid.csv"), "text,size,kind\ngood zebra zebra zebra,1,good\nbad zebra,2,bad\n");
    file = Files.writeString(file, EXPERIMENT.replace("  split: {validation: 0.25}", "  validation: {csv: {path: valid.csv, target: kind, inputs: {words: text, size: size}, types: {text: {text: 6}}}}"));
    assertThat(words(train().resolve("model.onnx"))).contains("good").doesNotContain("zebra");
  }

  @Test
  void eachFoldHasTheVocabularyOfItsOwnTrainingPart() throws IOException {
    Path run = train("data.split={folds: 4}", "training.epochs=1", "data.train.csv.types.text.text.min_count=1");
    List<String> all = words(run.resolve("model.onnx"));
    for (int fold = 0; fold < 4; fold++) {
      List<String> own = words(text(Safetensors.metadata(run.resolve("folds/" + fold + "/checkpoints/best.safetensors")).get("schema")));
      assertThat(all).containsAll(own);
      assertThat(all.stream().filter(w -> w.startsWith("no")).count()).isEqualTo(36);
      assertThat(own.stream().filter(w -> w.startsWith("no")).count()).isBetween(26L, 30L);
      assertThat(CommandsTest.dlt("eval", run.resolve("folds/" + fold).toString(), "--json").code()).isZero();
    }
    assertThat(Files.readAllLines(run.resolve("out-of-fold.csv"))).hasSize(41);
  }

  @Test
  void outOfFoldPredictionsAreThoseOfEachFoldsModelInItsOwnWords() throws IOException {
    Path run = train("data.split={folds: 4}", "data.train.csv.types.text.text.min_count=1");
    List<String[]> rows = Files.readAllLines(run.resolve("out-of-fold.csv")).stream().skip(1).map(l -> l.split(",")).toList();
    for (int fold = 0; fold < 4; fold++) {
      String number = Integer.toString(fold);
      double loss = rows.stream().filter(c -> c[3].equals(number)).mapToDouble(c -> -Math.log(Double.parseDouble(c[c[4].equals("bad") ? 6 : 7]))).average().orElseThrow();
      CommandsTest.Result measured = CommandsTest.dlt("eval", run.resolve("folds").resolve(number).toString(), "--json");
      assertThat(loss).isCloseTo(JSON.readTree(measured.out()).get("metrics").get("loss").asDouble(), within(1e-4));
    }
  }

  @Test
  void aResumedTrainingHasTheSameWordsAndEndsInTheSameBytes() throws IOException {
    Path whole = train(folder.resolve("whole"), "training.epochs=4");
    Path stopped = train(folder.resolve("stopped"), "training.epochs=2");
    train(stopped, "training.epochs=4", "--resume");
    assertThat(stopped.resolve("checkpoints/last.safetensors")).hasSameBinaryContentAs(whole.resolve("checkpoints/last.safetensors"));
    assertThat(stopped.resolve("model.onnx")).hasSameBinaryContentAs(whole.resolve("model.onnx"));
  }

  @Test
  void weightsOfARunOnOtherWordsAreRefusedThoughTheirShapesFit() throws IOException {
    String limit = "data.train.csv.types.text.text.vocabulary=3";
    Path first = train(folder.resolve("first"), limit, "training.epochs=1");
    train(folder.resolve("same"), limit, "training.epochs=1", "model.init={weights: " + first + "}");
    String other = "data.train.csv.types.text.text.by=character";
    CommandsTest.Result r = CommandsTest.dlt("train", file.toString(), "--out", folder.resolve("other").toString(), "--set", limit, "--set", other,
        "--set", "model.init={weights: " + first + "}");
    assertThat(r.code()).as(r.err()).isEqualTo(2);
    assertThat(r.err()).contains("it was trained on texts with other words, and the vectors of vectors are theirs", "rename: {'^vectors\\.': 'other.'} and strict: false");
    train(folder.resolve("anew"), limit, other, "model.init={weights: " + first + ", strict: false, rename: {'^vectors\\.': 'other.'}}");
  }

  @Test
  void sweepsMayVaryTheVocabulary() throws IOException {
    Files.writeString(file, EXPERIMENT + """
        sweep:
          method: grid
          parameters: {data.train.csv.types.text.text.vocabulary: {choice: [2, 5]}}
        """);
    Path sweep = folder.resolve("sweep");
    CommandsTest.Result r = CommandsTest.dlt("sweep", file.toString(), "--out", sweep.toString(), "--set", "training.epochs=1");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(words(sweep.resolve("best/model.onnx")).size()).isIn(2, 5);
  }

  @Test
  void tooFewVectorsAndNothingToCountThemByAreErrors() {
    CommandsTest.Result few = CommandsTest.dlt("check", file.toString(), "--set", "model.layers.0.embedding.num_embeddings=3");
    assertThat(few.code()).isEqualTo(3);
    assertThat(few.err()).contains("but the embedding has vectors 0 to 2; raise num_embeddings, or leave it out");
    CommandsTest.Result none = CommandsTest.dlt("check", file.toString(), "--set", "model.layers.0.embedding.from=size");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("exp.yaml:9:7", "num_embeddings is left out, and what it is applied to is neither a text nor of categories");
    CommandsTest.Result padding = CommandsTest.dlt("check", file.toString(), "--set", "model.layers.0.embedding.padding_idx=1000");
    assertThat(padding.code()).isEqualTo(2);
    assertThat(padding.err()).contains("padding_idx 1000 met");
    CommandsTest.Result words = CommandsTest.dlt("check", file.toString(), "--set", "data.train.csv.types.text.text.min_count=1000");
    assertThat(words.code()).isEqualTo(3);
    assertThat(words.err()).contains("column 'text': the texts of the train part hold no word that comes 1000 times; lower `min_count`");
  }

  @Test
  void aTextInALayerForNumbersIsAnErrorWithItsPlace() {
    CommandsTest.Result r = CommandsTest.dlt("check", file.toString(), "--set", "model.layers=[{linear: {from: words, out_features: 2}}]");
    assertThat(r.code()).as(r.err()).isEqualTo(2);
    assertThat(r.err()).contains("layer 0 (linear): [matmul] needs float32 operands, met int64[2, 6]; indices, as of words, go through an embedding first");
  }

  @Test
  void numEmbeddingsIsWhatACategoryNeeds() throws IOException {
    CommandsTest.Result r = CommandsTest.dlt("summary", "experiments/tabular-embeddings.yaml", "--json");
    assertThat(r.code()).as(r.err()).isZero();
    // twelve jobs, and one vector for what is missing or unknown
    assertThat(r.json().get("layers").get(1).get("parameters").asInt()).isEqualTo(13 * 4);
  }

  @Test
  void siameseNetsReadTexts() throws IOException {
    file = Files.writeString(file, """
        data:
          train: {pairs: {of: {csv: {path: texts.csv, target: kind, ignore: size, types: {text: {text: 6}}}}}}
          split: {validation: 0.25}
        modules:
          tower: [{embedding: {embedding_dim: 4}}, {mean: 1}, {linear: 3}]
        model:
          layers:
            - tower: {from: a, as: x}
            - tower: {from: b, as: y}
            - pairwise_distance: {from: [x, y], as: d}
          outputs: [d]
        loss: {hinge_embedding: {input: d, target: same}}
        optimizer: {adam: {lr: 1e-2}}
        training: {epochs: 1}
        """);
    assertThat(words(train().resolve("model.onnx"))).contains("good", "bad");
  }

  @Test
  void theReportAndTheLeakageCheckTakeTextsAsTheyAre() {
    CommandsTest.Result r = CommandsTest.dlt("train", file.toString(), "--out", folder.resolve("r").toString());
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(folder.resolve("r/report.html")).content().contains("<p>film , [?] caf\u00e9 \ud83d\ude00 ");
    CommandsTest.Result checked = CommandsTest.dlt("check", file.toString(), "--data", "--json");
    assertThat(checked.code()).as(checked.err()).isZero();
  }
}
