package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.config.Explanation;
import dlt.config.YamlWriter;
import dlt.experiment.ExperimentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainTest {
  private static final String DIGITS = "experiments/digits.yaml";

  @TempDir Path folder;

  @Test
  void everyKeyOfAResolvedFileMayBeSetToItsValueWithoutAnyChange() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(Path.of("experiments"))) {
      files = all.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
    for (Path source : files) {
      Path file = Files.writeString(folder.resolve(source.getFileName()), YamlWriter.write(ExperimentFile.read(source, List.of()).experiment()));
      ExperimentFile plain = ExperimentFile.read(file, List.of());
      List<Explanation> keys = Explanation.of(plain.bound());
      List<String> paths = keys.stream().map(Explanation::path).toList();
      assertThat(paths).as(file.toString()).doesNotHaveDuplicates();
      List<String> all = keys.stream()
          .filter(k -> paths.stream().noneMatch(p -> p.startsWith(k.path() + ".")) && k.from().isPresent())
          .map(k -> k.path() + "=" + k.value())
          .toList();
      assertThat(ExperimentFile.read(file, all).experiment()).as(file.toString()).isEqualTo(plain.experiment());
    }
  }

  @Test
  void aKeyHasItsPlaceItsDefaultAndItsMeaning() throws IOException {
    JsonNode key = CommandsTest.dlt("explain", DIGITS, "optimizer.adam.lr", "--json").json().get("keys").get(0);
    assertThat(key.get("from").asText()).matches("digits\\.yaml:\\d+");
    assertThat(key.get("default").asText()).isEqualTo("1e-3");
    assertThat(key.get("meaning").asText()).isNotBlank();
    CommandsTest.Result set = CommandsTest.dlt("explain", DIGITS, "optimizer", "--set", "optimizer.adam.lr=0.5");
    assertThat(set.out()).contains("optimizer.adam.lr: 0.5", "--set:1", "optimizer.adam.betas: [0.9, 0.999]", "as in PyTorch");
  }

  @Test
  void anUnknownKeyIsAnsweredWithTheNearest() {
    CommandsTest.Result r = CommandsTest.dlt("explain", DIGITS, "optimizer.adam.rl");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("optimizer.adam.lr");
  }
}
