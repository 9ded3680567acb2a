package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.data.Field;
import dlt.data.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The README's examples do what it says.
class ReadmeTest {
  private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /// The block of `language` that begins with `first`.
  private static String block(String language, String first) throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    String fence = "```" + language + "\n";
    int begin = readme.indexOf(fence + first) + fence.length();
    assertThat(begin).isGreaterThan(fence.length());
    return readme.substring(begin, readme.indexOf("```", begin));
  }

  private String output(String... command) throws Exception {
    Path out = folder.resolve("out.txt");
    ProcessBuilder b = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    b.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    b.environment().put("RUNS", folder.toString());
    b.environment().put("PATH", folder + ":" + System.getenv("PATH"));
    int code = b.start().waitFor();
    String text = Files.readString(out);
    assertThat(code).as(text).isZero();
    return text;
  }

  @Test
  void theExamplesOfCIAndOfJavaRunAsTheyStand() throws Exception {
    Path dlt = Files.writeString(folder.resolve("dlt"), "#!/bin/sh\nexec '" + JAVA + "' --enable-native-access=ALL-UNNAMED dlt.cli.Main \"$@\"\n");
    assertThat(dlt.toFile().setExecutable(true)).isTrue();
    String said = output("sh", "-c", block("sh", "# train, hold"));
    assertThat(said).contains("{\"prediction\":\"setosa\"");
    assertThat(List.of("train.xml", "eval.xml")).allSatisfy(f -> assertThat(folder.resolve(f)).content().contains("failures=\"0\" errors=\"0\""));
    Path example = Files.writeString(folder.resolve("Classify.java"), block("java", "import ai.onnxruntime"));
    assertThat(output(JAVA, "--enable-native-access=ALL-UNNAMED", example.toString(), folder.resolve("new/model.onnx").toString()).lines().map(l -> l.split(" ")[0]))
        .contains("setosa", "virginica");
  }

  @Test
  void theFirstExperimentIsTheFileOfThatName() throws Exception {
    assertThat(Files.readString(Path.of("experiments/digits.yaml"))).endsWith("\n" + block("yaml", "name: digits\n"));
  }

  /// The words of texts, as the property `dlt.schema` of an ONNX model has them, in Python and here.
  @Test
  void thePythonForTextsMakesTheSameIndices() throws Exception {
    List<String> texts = List.of("", "The film was NOT bad, \"Salt\" is!", "Cafe\u0301 \u2014 \u0130stanbul, \u039f\u0394\u039f\u03a3", " \u0939\u093f\u0928\u094d\u0926\u0940  \ud83d\ude00\ud83d\ude00x \ud83d\udc69\u200d\ud83d\ude80 ",
        "a\u00a0b\n'c'\t d_e 2nd\ufeff", "only unknown words", "the the the the the the the the the the");
    List<String> words = List.of("the", "film", "was", "not", ",", "\"", "caf\u00e9", "\ud83d\ude00", "a", "2nd", " ", "t", "e", "'");
    List<String> expected = new ArrayList<>();
    List<String> cases = new ArrayList<>();
    for (String by : List.of("word", "character", "code_point")) {
      for (String side : List.of("left", "right")) {
        String column = "{\"length\": 9, \"vocabulary\": 100, \"min_count\": 1, \"by\": \"" + by + "\", \"lowercase\": " + side.equals("left") + ", \"padding_side\": \""
            + side + "\", \"truncation_side\": \"" + side + "\", \"words\": " + JSON.writeValueAsString(words) + "}";
        Field field = Schema.parse("{\"inputs\": [{\"name\": \"t\", \"dtype\": \"I64\", \"shape\": [9], \"classes\": [], \"columns\": [{\"name\": \"t\", \"categories\": [], \"text\": "
            + column + "}]}], \"targets\": []}").inputs().getFirst();
        for (String text : texts) {
          expected.add(Arrays.toString(field.vocabulary().orElseThrow().indices(text)));
          cases.add("{\"text\": " + JSON.writeValueAsString(text) + ", \"column\": " + column + "}");
        }
      }
    }
    Path program = Files.writeString(folder.resolve("indices.py"), block("python", "import unicodedata")
        + "\nimport json, sys\nfor line in open(sys.argv[1], encoding='utf-8'):\n    print(indices(**json.loads(line)))\n");
    Path file = Files.write(folder.resolve("cases.jsonl"), cases);
    if (python()) {
      assertThat(output("python3", program.toString(), file.toString()).lines()).containsExactlyElementsOf(expected);
    }
  }

  private static boolean python() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "-c", "0").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
