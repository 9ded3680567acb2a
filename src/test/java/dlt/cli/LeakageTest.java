package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.cli.CommandsTest.Result;
import dlt.experiment.ExperimentFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LeakageTest {
  private static final int ROWS = 200;

  @TempDir Path folder;

  private static double round(double v) {
    return Math.round(v * 1e4) / 1e4;
  }

  /// Tables train.csv and test.csv of patients over time. Of the `leaky` ones the test's first rows are those of the training, and
  /// four columns are no features.
  private void tables(boolean leaky) throws IOException {
    Files.writeString(folder.resolve("train.csv"), table(leaky, ROWS, 7, 0));
    Files.writeString(folder.resolve("test.csv"), table(leaky, 40, leaky ? 7 : 8, leaky ? 5 : 0));
  }

  /// Rows of the random numbers of `seed`; after row `exact`, unless it is 0, changed so that nobody sees it.
  private static String table(boolean leaky, int rows, int seed, int exact) {
    Random random = new Random(seed);
    StringBuilder csv = new StringBuilder("a,b,c," + (leaky ? "row,verdict,cost,always," : "") + "patient,taken,outcome\n");
    for (int i = 0; i < rows; i++) {
      double a = round(random.nextGaussian()), b = round(10 * random.nextGaussian()), c = round(100 + random.nextGaussian());
      double y = a * a + Math.sin(b) + 0.1 * (c - 100);
      csv.append(String.format(Locale.ROOT, "%s,%s,%s,", a, exact > 0 && i >= exact ? b + 2e-3 : b, c));
      if (leaky) {
        csv.append(String.format(Locale.ROOT, "%d,%s,%s,3,", i, y > 1 ? "late" : "early", (y > 1 ? 1 : 0) + 1e-3 * Math.sin(i)));
      }
      csv.append(String.format(Locale.ROOT, "p%d,2024-%02d-%02d,%s%n", seed * 1000 + i / 4, i / 28 + 1, i % 28 + 1, y > 1 ? "ill" : "well"));
    }
    return csv.toString();
  }

  private String experiment(String split, String ignore) throws IOException {
    return Files.writeString(folder.resolve("exp.yaml"), """
        data:
          train: {csv: {path: train.csv, target: outcome, ignore: [%s]}}
          test: {csv: {path: test.csv, target: outcome, ignore: [%s]}}
          split: %s
        model: {layers: [{linear: 2}]}
        loss: cross_entropy
        optimizer: {sgd: {lr: 0.1}}
        """.formatted(ignore, ignore, split)).toString();
  }

  private static List<String> rules(Result r) throws IOException {
    assertThat(r.code()).as(r.err()).isZero();
    List<String> rules = new ArrayList<>();
    r.json().get("findings").forEach(f -> rules.add(f.get("rule").asText()));
    return rules;
  }

  @Test
  void eightOfEightPlantedLeaksAreFound() throws IOException {
    tables(true);
    Result r = dlt("--data", experiment("{validation: 0.2}", "patient, taken"));
    assertThat(rules(r)).containsExactlyInAnyOrder("duplicates", "near_duplicates", "target_among_features", "correlates_with_target",
        "group_on_both_sides", "shuffled_time", "row_number", "constant");
    for (JsonNode f : r.json().get("findings")) {
      assertThat(f.get("place").asText()).isEqualTo(switch (f.get("rule").asText()) {
        case "duplicates" -> "test.csv:2";
        case "near_duplicates" -> "test.csv:7";
        case "target_among_features" -> "column 'verdict'";
        case "correlates_with_target" -> "column 'cost'";
        case "group_on_both_sides" -> "column 'patient'";
        case "shuffled_time" -> "column 'taken'";
        case "row_number" -> "column 'row'";
        case "constant" -> "column 'always'";
        default -> "nowhere";
      });
      assertThat(f.get("severity").asText()).isEqualTo(f.get("rule").asText().equals("constant") ? "note" : "warning");
      assertThat(f.get("advice").asText()).isNotEmpty();
    }
  }

  @Test
  void strictExitsThreeWhereThereAreWarnings() throws IOException {
    tables(true);
    String file = experiment("{validation: 0.2}", "patient, taken");
    assertThat(dlt("--data", "--strict", file).code()).isEqualTo(3);
    assertThat(dlt("--strict", file).code()).isEqualTo(2);
    tables(false);
    Result clean = dlt("--data", "--strict", experiment("{validation: 0.2, time: taken}", "patient"));
    assertThat(clean.code()).as(clean.err()).isZero();
    assertThat(rules(clean)).isEmpty();
  }

  @Test
  void aSplitByGroupKeepsPatientsTogetherAndOneByTimeDoesNotShuffle() throws IOException {
    tables(false);
    assertThat(rules(dlt("--data", experiment("{validation: 0.2}", "patient, taken")))).containsExactly("group_on_both_sides", "shuffled_time");
    assertThat(rules(dlt("--data", experiment("{validation: 0.2, group: patient}", "taken")))).containsExactly("shuffled_time");
  }

  @Test
  void imagesSavedAnewAreNearDuplicates() throws IOException {
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(128, 128, BufferedImage.TYPE_INT_RGB);
      Random random = new Random(i);
      for (int disc = 0; disc < 6; disc++) {
        var g = image.createGraphics();
        g.setColor(new java.awt.Color(random.nextInt(1 << 24)));
        g.fillOval(random.nextInt(100) - 8, random.nextInt(100) - 8, 30 + random.nextInt(60), 30 + random.nextInt(60));
        g.dispose();
      }
      Path train = Files.createDirectories(folder.resolve("train/" + (i % 2 == 0 ? "even" : "odd")));
      Path test = Files.createDirectories(folder.resolve("test/" + (i % 2 == 0 ? "even" : "odd")));
      ImageIO.write(image, "png", (i < 8 ? train : test).resolve(i + ".png").toFile());
      if (i == 3) {
        ImageIO.write(image, "jpg", test.resolve("3.jpg").toFile());
      }
    }
    String file = Files.writeString(folder.resolve("images.yaml"), """
        data:
          train: {images: {path: train, size: 32}}
          test: {images: {path: test, size: 32}}
          split: none
        model: {layers: [flatten, {linear: 2}]}
        loss: cross_entropy
        optimizer: {sgd: {lr: 0.1}}
        """).toString();
    Result r = dlt("--data", file);
    assertThat(rules(r)).containsExactly("near_duplicates");
    assertThat(r.err()).contains("1 sample for validation or test is nearly the same", "3.jpg as ", "3.png");
  }

  private static Result dlt(String... arguments) {
    List<String> all = new ArrayList<>(List.of("check", "--json"));
    all.addAll(List.of(arguments));
    return CommandsTest.dlt(all.toArray(String[]::new));
  }

  /// Those whose data come with dlt.
  static Stream<Path> bundled() throws IOException {
    return ExperimentsTest.experiments().filter(f -> {
      ExperimentFile e = ExperimentFile.read(f, List.of());
      return e.experiment().data().train().paths().stream().allMatch(p -> p.startsWith("data/") && Files.exists(e.base().resolve(p)));
    });
  }

  @ParameterizedTest
  @MethodSource("bundled")
  void theBundledExperimentsHaveNone(Path file) throws IOException {
    assertThat(rules(dlt("--data", file.toString()))).isEmpty();
  }
}
