package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The README's examples do what it says.
class ReadmeTest {
  private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

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
}
