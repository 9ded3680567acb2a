package dlt.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dlt.config.Argument;
import dlt.config.Binder;
import dlt.config.Form;
import dlt.config.Kinds;
import dlt.config.YamlNode;
import dlt.config.YamlWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExperimentSchemaTest {
  /// Every record that an experiment file may hold.
  private static Set<Class<? extends Record>> records() {
    Set<Class<? extends Record>> r = new LinkedHashSet<>();
    List<Form> todo = new ArrayList<>(List.of(new Form.Fields(Experiment.class)));
    while (!todo.isEmpty()) {
      switch (todo.removeLast()) {
        case Form.Maybe m -> todo.add(m.of());
        case Form.Many m -> todo.add(m.of());
        case Form.Named n -> todo.add(n.of());
        case Form.Kind k -> Kinds.of(k.type()).values().forEach(c -> todo.add(new Form.Fields(c)));
        case Form.Fields f -> {
          if (r.add(f.type())) {
            Argument.of(f.type()).forEach(a -> todo.add(a.form()));
          }
        }
        case Form.Int _, Form.Whole _, Form.Real _, Form.Truth _, Form.Text _, Form.Choice _, Form.Anything _ -> {}
      }
    }
    return r;
  }

  private static Stream<Path> experiments() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("experiments"))) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("records")
  void everyKeyIsDocumented(Class<? extends Record> record) {
    for (Argument a : Argument.of(record)) {
      assertThat(a.doc().isEmpty()).as(record + "." + a.component()).isEqualTo(a.inline());
    }
  }

  /// Each record that stands alone in a file of its own: binding nothing to it evaluates its defaults.
  @ParameterizedTest
  @MethodSource("records")
  void everyDefaultIsValid(Class<? extends Record> record) {
    YamlNode nothing = YamlNode.parse("{}", Path.of("defaults"));
    assertThatCode(
            () -> {
              try {
                Binder.bind(nothing, record);
              } catch (dlt.config.ConfigException missing) {
                // required keys are missing; the defaults of the others were bound before that was known
              }
            })
        .doesNotThrowAnyException();
  }

  @Test
  void theJsonSchemaCanBeMade() {
    assertThat(ExperimentSchema.json()).contains("\"cross_entropy\"", "\"conv2d\"", "\"blocks\"", "\"modules\"");
  }

  @ParameterizedTest
  @MethodSource("experiments")
  void whatIsWrittenBackIsTheSameExperiment(Path file) {
    Experiment experiment = ExperimentFile.read(file, List.of()).experiment();
    YamlNode written = YamlNode.parse(YamlWriter.write(experiment), Path.of("config.yaml"));
    assertThat(Binder.bind(written, Experiment.class).value()).isEqualTo(experiment);
  }
}
