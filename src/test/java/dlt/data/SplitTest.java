package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.ConfigException;
import dlt.error.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static Split split(String yaml) {
    return YamlSplit.of(yaml);
  }

  private static Parts parts(String yaml, Dataset dataset, long seed) {
    return split(yaml).divide(dataset, seed).trainings().getFirst();
  }

  private static Parts shares(double validation, double test, boolean stratify, Dataset dataset, long seed) {
    return parts("{validation: " + validation + ", test: " + test + ", stratify: " + stratify + "}", dataset, seed);
  }

  private static List<Parts> trainings(String yaml, Dataset dataset, long seed) {
    return split(yaml).divide(dataset, seed).trainings();
  }

  private static int[] validation(Parts parts) {
    return parts.validation().orElseThrow().samples();
  }

  /// Of 100 samples 70 are of class 0, 20 of class 1, 10 of class 2.
  private static Dataset uneven() {
    int[] classes = IntStream.range(0, 100).map(i -> i < 70 ? 0 : i < 90 ? 1 : 2).toArray();
    return Samples.of(new float[100][1], classes);
  }

  private static long[] counts(Part part) {
    return Targets.counts(part, 0, 3);
  }

  private static void assertEverySampleOnce(Parts parts, int n) {
    List<Integer> all = new ArrayList<>();
    for (Part p : List.of(parts.train(), parts.validation().orElseThrow())) {
      assertThat(p.samples()).isSorted();
      Arrays.stream(p.samples()).forEach(all::add);
    }
    parts.test().ifPresent(p -> Arrays.stream(p.samples()).forEach(all::add));
    assertThat(all).containsExactlyInAnyOrderElementsOf(IntStream.range(0, n).boxed().toList());
  }

  @Test
  void sharesAreRoundedAndEverySampleIsInOnePart() {
    Parts p = shares(0.2, 0.1, false, Samples.numbered(57, 3), 7);
    assertThat(p.validation().orElseThrow().size()).isEqualTo(11);
    assertThat(p.test().orElseThrow().size()).isEqualTo(6);
    assertEverySampleOnce(p, 57);
  }

  @Test
  void aStratifiedSplitKeepsTheSharesOfTheClasses() {
    Parts p = shares(0.2, 0.1, true, uneven(), 7);
    assertThat(counts(p.train())).containsExactly(49, 14, 7);
    assertThat(counts(p.validation().orElseThrow())).containsExactly(14, 4, 2);
    assertThat(counts(p.test().orElseThrow())).containsExactly(7, 2, 1);
    assertEverySampleOnce(p, 100);
  }

  @Test
  void whatCannotBeSharedEvenlyGoesToTheLargestRemainder() {
    Parts p = shares(0.25, 0, true, uneven(), 7);
    assertThat(counts(p.validation().orElseThrow())).containsExactly(18, 5, 2); // 17.5, 5, 2.5: the first of equals
    assertThat(p.test()).isEmpty();
  }

  @Test
  void aClassOfOneIsInOnePart() {
    Dataset d = Samples.of(new float[11][1], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    for (long seed = 0; seed < 20; seed++) {
      assertEverySampleOnce(shares(0.45, 0.45, true, d, seed), 11);
    }
  }

  @Test
  void theSplitDependsOnTheSeedAlone() {
    Dataset d = Samples.numbered(50, 2);
    int[] first = shares(0.2, 0, true, d, 1).validation().orElseThrow().samples();
    assertThat(shares(0.2, 0, true, d, 1).validation().orElseThrow().samples()).isEqualTo(first);
    assertThat(shares(0.2, 0, true, d, 2).validation().orElseThrow().samples()).isNotEqualTo(first);
    assertThat(validation(parts("{validation: 0.2, stratify: true, seed: 1}", d, 2))).isEqualTo(first);
  }

  @Test
  void withoutShuffleTheLastSamplesAreForValidationAndTest() {
    Parts p = parts("{validation: 0.2, test: 0.2, shuffle: false}", Samples.numbered(10, 2), 1);
    assertThat(p.train().samples()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(validation(p)).containsExactly(6, 7);
    assertThat(p.test().orElseThrow().samples()).containsExactly(8, 9);
  }

  @Test
  void everySampleIsInTheValidationPartOfOneFold() {
    List<Parts> folds = trainings("{folds: 4, stratify: true}", uneven(), 3);
    List<Integer> all = new ArrayList<>();
    for (Parts p : folds) {
      assertEverySampleOnce(p, 100);
      assertThat(p.validation().orElseThrow().size()).isEqualTo(25);
      assertThat(counts(p.validation().orElseThrow())[2]).isBetween(2L, 3L);
      Arrays.stream(validation(p)).forEach(all::add);
    }
    assertThat(all).hasSize(100).doesNotHaveDuplicates();
    List<Parts> third = trainings("{folds: 4, stratify: true, fold: 2}", uneven(), 3);
    assertThat(third).hasSize(1);
    assertThat(validation(third.getFirst())).isEqualTo(validation(folds.get(2)));
    assertThat(trainings("{folds: 3, shuffle: false}", Samples.numbered(7, 2), 0).stream().map(SplitTest::validation))
        .containsExactly(new int[] {0, 1, 2}, new int[] {3, 4}, new int[] {5, 6});
  }

  @Test
  void theTestPartLiesOutsideAllFoldsAndIsTheSameInAllRepeats() {
    for (String yaml : List.of("{folds: 3, test: 0.2, repeats: 2, stratify: true}", "{validation: 0.25, test: 0.2, repeats: 6}",
        "{folds: 3, test: 0.2, repeats: 2, stratify: true, group: g}")) {
      Dataset d = keyed("g", 100, i -> "g" + i / 2);
      Division division = split(yaml).divide(d, 5);
      int[] test = division.whole().test().orElseThrow().samples();
      assertThat(test).hasSize(20);
      assertThat(division.trainings()).hasSize(6);
      for (Parts p : division.trainings()) {
        assertThat(p.test().orElseThrow().samples()).isEqualTo(test);
        assertEverySampleOnce(p, 100);
      }
      assertThat(division.whole().train().samples()).hasSize(80).doesNotContain(test);
      assertThat(division.whole().validation()).isEmpty();
      assertThat(validation(division.trainings().get(0))).isNotEqualTo(validation(division.trainings().get(3)));
    }
  }

  @Test
  void eachRepeatDealsEverySampleToOneFoldAgain() {
    List<Parts> folds = trainings("{folds: 3, repeats: 2}", Samples.numbered(10, 2), 5);
    for (int repeat = 0; repeat < 2; repeat++) {
      assertThat(folds.subList(3 * repeat, 3 * repeat + 3).stream().flatMapToInt(p -> Arrays.stream(validation(p))).sorted().toArray())
          .isEqualTo(IntStream.range(0, 10).toArray());
    }
    assertThat(validation(parts("{folds: 3, repeats: 2, fold: 4}", Samples.numbered(10, 2), 5))).isEqualTo(validation(folds.get(4)));
  }

  /// Samples with two classes, each with a text under `key`.
  private static Dataset keyed(String key, int n, IntFunction<String> text) {
    return new Keyed(Samples.numbered(n, 2), Map.of(key, IntStream.range(0, n).mapToObj(text).toList()));
  }

  @Test
  void noGroupIsOnBothSidesOfAnySplit() {
    int[] group = new Random(3).ints(300, 0, 40).toArray();
    Dataset d = keyed("who", 300, i -> "p" + group[i]);
    for (String yaml : List.of("{validation: 0.2, test: 0.1}", "{validation: 0.2, test: 0.1, stratify: true}", "{validation: 0.2, shuffle: false}",
        "{folds: 5}", "{folds: 5, stratify: true, test: 0.2}", "{folds: 3, repeats: 2}", "{folds: 4, shuffle: false}")) {
      for (Parts p : trainings(yaml.replace("}", ", group: who}"), d, 8)) {
        assertEverySampleOnce(p, 300);
        Map<Integer, Part> parts = new HashMap<>();
        for (Part part : Stream.concat(Stream.of(p.train(), p.validation().orElseThrow()), p.test().stream()).toList()) {
          for (int sample : part.samples()) {
            assertThat(parts.computeIfAbsent(group[sample], _ -> part)).as(yaml).isSameAs(part);
          }
        }
      }
    }
  }

  @Test
  void groupsAreDealtSoThatPartsHaveTheirSharesOfSamplesAndClasses() {
    // 60 groups of 1 to 9 samples; the class of a sample is its group's in two of three groups
    List<Integer> group = new ArrayList<>();
    List<Integer> classes = new ArrayList<>();
    Random random = new Random(1);
    for (int g = 0; g < 60; g++) {
      for (int i = 0, n = 1 + random.nextInt(9); i < n; i++) {
        group.add(g);
        classes.add(g % 3 < 2 ? g % 3 : i % 2);
      }
    }
    Dataset d = new Keyed(Samples.of(new float[group.size()][1], classes.stream().mapToInt(Integer::intValue).toArray()),
        Map.of("g", group.stream().map(String::valueOf).toList()));
    double ones = classes.stream().mapToInt(Integer::intValue).sum();
    for (Parts p : trainings("{folds: 5, group: g, stratify: true}", d, 1)) {
      long[] c = Targets.counts(p.validation().orElseThrow(), 0, 2);
      assertThat((double) c[1]).isCloseTo(ones / 5, within(3.0));
      assertThat((double) c[0]).isCloseTo((group.size() - ones) / 5, within(3.0));
    }
    Parts shares = parts("{validation: 0.2, test: 0.1, group: g, stratify: true}", d, 1);
    assertThat((double) shares.validation().orElseThrow().size()).isCloseTo(0.2 * group.size(), within(4.0));
    assertThat((double) shares.test().orElseThrow().size()).isCloseTo(0.1 * group.size(), within(4.0));
    assertThat(validation(parts("{validation: 0.2, group: g}", d, 1))).isEqualTo(validation(parts("{validation: 0.2, group: g}", d, 1)))
        .isNotEqualTo(validation(parts("{validation: 0.2, group: g}", d, 2)));
  }

  @Test
  void fewGroupsFillEveryPartAndTooFewAreRefused() {
    Dataset two = keyed("g", 10, i -> "g" + i / 5);
    assertThat(validation(parts("{validation: 0.2, group: g}", two, 0))).hasSize(5);
    assertThat(trainings("{folds: 2, group: g}", two, 0)).hasSize(2);
    assertThatThrownBy(() -> trainings("{folds: 3, group: g}", two, 0)).hasMessageContaining("split: 2 groups are too few for 3 folds");
    assertThatThrownBy(() -> parts("{validation: 0.2, test: 0.2, group: g}", two, 0)).hasMessageContaining("split: 2 groups leave none for validation");
    assertThatThrownBy(() -> parts("{validation: 0.2, group: h}", two, 0)).isInstanceOf(Failure.class)
        .hasMessageContaining("`group: h`: the training source has no column or array of that name");
  }

  @Test
  void aGroupMayBeAPartOfTheText() {
    Dataset d = keyed("path", 6, i -> "scans/p" + i / 2 + "-" + i + ".png");
    List<Parts> folds = trainings("{folds: 3, group: {column: path, match: '/(p[0-9]+)-'}}", d, 0);
    assertThat(folds.stream().map(SplitTest::validation)).containsExactlyInAnyOrder(new int[] {0, 1}, new int[] {2, 3}, new int[] {4, 5});
    assertThatThrownBy(() -> trainings("{folds: 3, group: {column: path, match: 'q'}}", d, 0)).isInstanceOf(Failure.class)
        .hasMessageContaining("row 0: `group`: 'q' is not found in path 'scans/p0-0.png'");
    assertThatThrownBy(() -> split("{folds: 3, group: {column: path, match: '('}}")).hasMessageContaining("a regular expression");
  }

  @Test
  void theLatestSamplesAreForValidationAndTestWhateverTheirOrder() {
    Dataset d = keyed("t", 10, i -> "2024-0" + (i % 5 + 1) + (i < 5 ? "-01" : "-02 12:30:00"));
    Parts p = parts("{validation: 0.2, test: 0.2, time: t}", d, 9);
    assertThat(p.test().orElseThrow().samples()).containsExactly(4, 9);
    assertThat(validation(p)).containsExactly(3, 8);
    Dataset reversed = keyed("t", 10, i -> Double.toString(-1.5 * i));
    assertThat(validation(parts("{validation: 0.3, time: t}", reversed, 9))).containsExactly(0, 1, 2);
  }

  @Test
  void samplesOfOneTimeStayTogether() {
    Dataset d = keyed("t", 10, i -> Integer.toString(i / 4));
    assertThat(validation(parts("{validation: 0.3, time: t}", d, 0))).containsExactly(8, 9);
    assertThatThrownBy(() -> parts("{validation: 0.3, time: t}", keyed("t", 4, i -> "7"), 0)).hasMessageContaining("1 time leaves none");
  }

  @Test
  void foldsOfTimesAreValidatedByWhatCameBeforeThem() {
    List<Parts> folds = trainings("{folds: 3, time: t, test: 0.2}", keyed("t", 10, i -> Integer.toString(i)), 0);
    assertThat(folds.stream().map(SplitTest::validation)).containsExactly(new int[] {2, 3}, new int[] {4, 5}, new int[] {6, 7});
    assertThat(folds.stream().map(p -> p.train().samples()))
        .containsExactly(new int[] {0, 1}, new int[] {0, 1, 2, 3}, new int[] {0, 1, 2, 3, 4, 5});
    assertThatThrownBy(() -> trainings("{folds: 3, time: t}", keyed("t", 3, i -> "" + i), 0)).hasMessageContaining("too few for 3 folds");
  }

  @Test
  void textsThatAreNoTimesAreRefused() {
    assertThatThrownBy(() -> parts("{validation: 0.3, time: t}", keyed("t", 3, i -> i == 1 ? "Monday" : "5"), 0)).isInstanceOf(Failure.class)
        .hasMessageContaining("row 0: `time`: '5' is a number, and other samples have texts");
    assertThatThrownBy(() -> parts("{validation: 0.3, time: t}", keyed("t", 3, i -> i == 1 ? "2024-02-30" : "2024-01-31T10:00:00+02:00"), 0))
        .hasMessageContaining("row 1: `time`: '2024-02-30'");
  }

  @Test
  void emptyPartsAndUnsuitableTargetsAreRefused() {
    assertThatThrownBy(() -> shares(0.1, 0, false, Samples.numbered(3, 2), 0))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("3 samples leave none for validation");
    assertThatThrownBy(() -> shares(0.5, 0.4, false, Samples.numbered(1, 1), 0)).hasMessageContaining("1 sample leaves none for ");
    assertThatThrownBy(() -> trainings("{folds: 5}", Samples.numbered(4, 2), 0)).hasMessageContaining("4 samples are too few for 5 folds");
    assertThatThrownBy(() -> trainings("{folds: 5, test: 0.5}", Samples.numbered(8, 2), 0)).hasMessageContaining("too few for 5 folds");
    Dataset none = new ArrayDataset(4, new Schema(Samples.numbered(4, 2).inputs(), List.of()), List.of(), List.of(), i -> "", () -> "");
    assertThatThrownBy(() -> shares(0.5, 0, true, none, 0)).hasMessageContaining("`stratify` needs a target");
  }

  @Test
  void argumentsThatContradictEachOtherAreRefused() {
    refused("{validation: 0.5, test: 0.5}", "less than 1 together");
    refused("{folds: 3, fold: 3}", "less than folds, which is 3");
    refused("{folds: 3, repeats: 2, fold: 6}", "less than folds times repeats, which is 6");
    refused("{folds: 3, validation: 0.1}", "folds beside a share for validation");
    refused("{validation: 0.1, stratify: true, shuffle: false}", "a stratified split draws");
    refused("{validation: 0.1, time: t, shuffle: true}", "true beside time");
    refused("{validation: 0.1, time: t, stratify: true}", "true beside time");
    refused("{validation: 0.1, time: t, group: g}", "group beside time");
    refused("{time: t}", "neither a share nor folds");
    refused("{group: t}", "neither a share nor folds");
    refused("{repeats: 2}", "repeats of nothing");
    refused("{folds: 3, repeats: 2, shuffle: false}", "each time would be the same");
    refused("{validation: 0.2, refit: true}", "true without folds");
    refused("nothing", "`none`");
    assertThat(Split.parse("none")).isEqualTo(Split.NONE);
    assertThat(Split.parse("0.25")).isEqualTo(split("{validation: 0.25}"));
    assertThat(Split.NONE.divide(Samples.numbered(3, 2), 1).trainings().getFirst().train().samples()).containsExactly(0, 1, 2);
    assertThat(split("{folds: 3}").several()).isTrue();
    assertThat(split("{folds: 3, fold: 1}").several()).isFalse();
  }

  private static void refused(String yaml, String message) {
    assertThatThrownBy(() -> split(yaml)).isInstanceOf(ConfigException.class).hasMessageContaining(message);
  }
}
