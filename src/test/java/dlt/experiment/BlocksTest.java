package dlt.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dlt.config.ConfigException;
import dlt.config.Diagnostic;
import dlt.config.YamlNode;
import dlt.config.YamlNode.Mapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlocksTest {
  private static Mapping parse(String yaml) {
    return (Mapping) YamlNode.parse(yaml, Path.of("f"));
  }

  private static YamlNode expanded(String yaml) {
    return Blocks.expand(parse(yaml), new ArrayList<>());
  }

  private static List<String> errors(String yaml, Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("exp.yaml"), yaml);
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> ExperimentFile.read(file, List.of()));
    return e.diagnostics().stream().map(d -> d.at().line() + ": " + d.message()).toList();
  }

  @Test
  void aBlockStandsForItsLayersWithTheParametersFilledIn() {
    assertThat(
            expanded(
                """
                blocks: {wide: {params: {size: required, p: 0.5}, layers: [{linear: $size}, {dropout: $p}]}}
                model: {layers: [{wide: {size: 3, as: x}}, {wide: 4}, relu]}
                """))
        .isEqualTo(
            parse(
                """
                model: {layers: [{sequential: {layers: [{linear: 3}, {dropout: 0.5}], as: x}}, {sequential: {layers: [{linear: 4}, {dropout: 0.5}]}}, relu]}
                """));
  }

  @Test
  void layersMayBeNamedAsBlocksAreAndBeTakenByThatName() {
    assertThat(
            expanded(
                """
                blocks: {stem: {layers: [relu]}}
                modules: {tower: [tanh]}
                model: {layers: [{stem: {as: stem}}, {tower: {as: tower}}, {concat: {from: [stem, tower], as: tower}}], outputs: [tower]}
                """))
        .isEqualTo(
            parse(
                """
                model:
                  layers: [{sequential: {layers: [relu], as: stem}}, {shared: {module: 'tower', layers: [tanh], as: tower}}, {concat: {from: [stem, tower], as: tower}}]
                  outputs: [tower]
                """));
  }

  @Test
  void errorsInBlocksAreReportedBesideAllOthersAndOnce(@TempDir Path folder) throws IOException {
    assertThat(
            errors(
                """
                seed: x
                blocks:
                  a: {params: {n: required}, layers: [{linear: {out_features: $n, bais: 1}}, $m]}
                  b: {layers: [b, b]}
                  c: {layers: [{linear: 0}, relu], layers: []}
                model: {layers: [a, {a: {n: 1}}, {a: {n: 2, k: 3}}, b, c, c]}
                data: {train: {synthetic: {inputs: {x: [1]}}}, split: none}
                loss: mse
                optimizer: sgd
                """,
                folder))
        .contains("1: `seed`: found x, expected whole number", "4: `b` uses itself", "6: block `a` needs `n`")
        .containsOnlyOnce("3: found `$m`, expected one of the parameters [n]", "5: found the key `layers` a second time, expected it once");
  }

  @Test
  void aModuleCannotHaveABlocksName() {
    List<Diagnostic> errors = new ArrayList<>();
    Blocks.expand(parse("modules: {tower: [tanh]}\nblocks: {tower: {layers: [relu]}}\nmodel: {layers: [tower]}"), errors);
    assertThat(errors).singleElement().asString().contains("f:1:11: module `tower` has the name of a block");
  }

  @Test
  void blocksThatDoubleAreCutOff() {
    StringBuilder yaml = new StringBuilder("blocks:\n  b0: {layers: [relu]}\n");
    for (int i = 1; i < 50; i++) {
      yaml.append("  b%d: {layers: [b%d, b%d]}\n".formatted(i, i - 1, i - 1));
    }
    List<Diagnostic> errors = new ArrayList<>();
    Blocks.expand(parse(yaml + "model: {layers: [b49]}"), errors);
    assertThat(errors).hasSize(1).first().asString().contains("more than 10000 uses");
  }
}
