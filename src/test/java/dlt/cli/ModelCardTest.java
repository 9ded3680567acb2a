package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `dlt export --card`: what the card says, and that its programs run as they stand.
class ModelCardTest {
  private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir Path folder;

  private String card(String experiment, String... more) throws IOException {
    Path run = folder.resolve(experiment);
    List<String> train = new ArrayList<>(List.of("train", "experiments/" + experiment + ".yaml", "--out", run.toString(), "--no-report", "--set", "training.epochs=2"));
    train.addAll(List.of(more));
    CommandsTest.Result trained = CommandsTest.dlt(train.toArray(String[]::new));
    assertThat(trained.code()).as(trained.err()).isZero();
    CommandsTest.Result r = CommandsTest.dlt("export", run.toString(), "--card", "--json");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.json().get("card").get("path").asText()).isEqualTo(run.resolve("model-card.md").toString());
    return Files.readString(run.resolve("model-card.md"));
  }

  private static String block(String card, String language) {
    int begin = card.indexOf("```" + language + "\n") + language.length() + 4;
    return card.substring(begin, card.indexOf("```", begin));
  }

  private String output(List<String> command) throws Exception {
    Path out = folder.resolve("out.txt");
    ProcessBuilder b = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    b.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    int code = b.start().waitFor();
    String text = Files.readString(out);
    assertThat(code).as(text).isZero();
    return text;
  }

  @ParameterizedTest
  @ValueSource(strings = {"iris", "breast-cancer", "tabular-embeddings", "unet"})
  void theJavaProgramRunsAndEndsAsTheCardSays(String experiment) throws Exception {
    String card = card(experiment);
    Path program = Files.writeString(folder.resolve("UseModel.java"), block(card, "java"));
    String said = output(List.of(JAVA, "--enable-native-access=ALL-UNNAMED", program.toString(), folder.resolve(experiment).resolve("model.onnx").toString())).strip();
    assertThat(said).contains("output [");
    if (card.contains("both end with `")) {
      assertThat(said).endsWith(card.replaceAll("(?s).*both end with `([^`]*)`.*", "$1"));
    }
    assertThat(card.contains("both end with `")).isEqualTo(experiment.equals("iris") || experiment.equals("breast-cancer"));
  }

  @Test
  void thePythonProgramRunsWhereThereIsOnnxRuntimeAndParsesWhereThereIsPython() throws Exception {
    Path program = Files.writeString(folder.resolve("use.py"), block(card("iris"), "python"));
    if (!runs("python3", "-c", "0")) {
      return;
    }
    if (runs("python3", "-c", "import onnxruntime")) {
      assertThat(output(List.of("python3", program.toString(), folder.resolve("iris/model.onnx").toString())).strip()).endsWith("setosa");
    } else {
      output(List.of("python3", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", program.toString()));
    }
  }

  /// The first sample of the validation part, which is in the programs, lacks a number.
  @Test
  void valuesThatAreMissingAreWrittenAsTheLanguagesDo() throws Exception {
    Files.writeString(folder.resolve("gaps.csv"), "a,b,y\n" + "1,2,p\n4,3,q\n".repeat(10) + ",2.5,p\n1,,q\n");
    String card = card("iris", "--set", "data={train: {csv: {path: " + folder.resolve("gaps.csv") + ", target: y, missing: median}}, split: {validation: 0.1, shuffle: false}}",
        "--set", "training={batch_size: 4, epochs: 2}", "--set", "model.layers=[linear: 2]", "--set", "schedule=[]", "--set", "assert=[]");
    assertThat(card).contains("missing ones as NaN", "Float.NaN, 2.5f", "np.nan, 2.5");
    Path program = Files.writeString(folder.resolve("UseModel.java"), block(card, "java"));
    String said = output(List.of(JAVA, "--enable-native-access=ALL-UNNAMED", program.toString(), folder.resolve("iris").resolve("model.onnx").toString())).strip();
    assertThat(said).endsWith(card.replaceAll("(?s).*both end with `([^`]*)`.*", "$1"));
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void theCardSaysWhatIsKnownAndAsksForTheLicence() throws IOException {
    String card = card("iris");
    assertThat(card).contains("Licence: to be filled in by the owner", "SHA-256", "setosa 33.3 %", "no test part", "| 2 | petal_length | number |",
        "ONNX Runtime's outputs differ", "`{adam: {lr: 0.01", "131 parameters", "| 0 | linear | [16] | 80 |", "2 of 2");
    assertThat(card).doesNotContain("| null", "Optional");
  }

  @Test
  void withoutAValidationPartNoneChoseTheEpoch() throws IOException {
    assertThat(card("iris", "--set", "data.split=none", "--set", "metrics=[]", "--set", "assert=[]")).contains("2 of 2, epoch 2 kept: the last one |").doesNotContain("selected by validation");
  }

  @Test
  void withoutAnOnnxFileItSaysHowToMakeOne() throws IOException {
    card("iris");
    Files.delete(folder.resolve("iris/model.onnx"));
    CommandsTest.Result r = CommandsTest.dlt("export", folder.resolve("iris").toString(), "--card");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("--onnx");
  }
}
