package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.Invalid;
import dlt.error.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static Split shares(double validation, double test, boolean stratify) {
    return new Split(validation, test, stratify, true, Optional.empty(), 0, Optional.empty());
  }

  private static Split folds(int k, int fold, boolean stratify, boolean shuffle) {
    return new Split(0, 0, stratify, shuffle, Optional.of(k), fold, Optional.empty());
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
    Parts p = shares(0.2, 0.1, false).parts(Samples.numbered(57, 3), 7);
    assertThat(p.validation().orElseThrow().size()).isEqualTo(11);
    assertThat(p.test().orElseThrow().size()).isEqualTo(6);
    assertEverySampleOnce(p, 57);
  }

  @Test
  void aStratifiedSplitKeepsTheSharesOfTheClasses() {
    Parts p = shares(0.2, 0.1, true).parts(uneven(), 7);
    assertThat(counts(p.train())).containsExactly(49, 14, 7);
    assertThat(counts(p.validation().orElseThrow())).containsExactly(14, 4, 2);
    assertThat(counts(p.test().orElseThrow())).containsExactly(7, 2, 1);
    assertEverySampleOnce(p, 100);
  }

  @Test
  void whatCannotBeSharedEvenlyGoesToTheLargestRemainder() {
    Parts p = shares(0.25, 0, true).parts(uneven(), 7);
    assertThat(counts(p.validation().orElseThrow())).containsExactly(18, 5, 2); // 17.5, 5, 2.5: the first of equals
    assertThat(p.test()).isEmpty();
  }

  @Test
  void aClassOfOneIsInOnePart() {
    Dataset d = Samples.of(new float[11][1], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    for (long seed = 0; seed < 20; seed++) {
      assertEverySampleOnce(shares(0.45, 0.45, true).parts(d, seed), 11);
    }
  }

  @Test
  void theSplitDependsOnTheSeedAlone() {
    Dataset d = Samples.numbered(50, 2);
    int[] first = shares(0.2, 0, true).parts(d, 1).validation().orElseThrow().samples();
    assertThat(shares(0.2, 0, true).parts(d, 1).validation().orElseThrow().samples()).isEqualTo(first);
    assertThat(shares(0.2, 0, true).parts(d, 2).validation().orElseThrow().samples()).isNotEqualTo(first);
    Split own = new Split(0.2, 0, true, true, Optional.empty(), 0, Optional.of(1L));
    assertThat(own.parts(d, 2).validation().orElseThrow().samples()).isEqualTo(first);
  }

  @Test
  void withoutShuffleTheLastSamplesAreForValidationAndTest() {
    Parts p = new Split(0.2, 0.2, false, false, Optional.empty(), 0, Optional.empty()).parts(Samples.numbered(10, 2), 1);
    assertThat(p.train().samples()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(p.validation().orElseThrow().samples()).containsExactly(6, 7);
    assertThat(p.test().orElseThrow().samples()).containsExactly(8, 9);
  }

  @Test
  void everySampleIsInTheValidationPartOfOneFold() {
    List<Parts> folds = folds(4, 0, true, true).everyFold(uneven(), 3);
    List<Integer> all = new ArrayList<>();
    for (Parts p : folds) {
      assertEverySampleOnce(p, 100);
      assertThat(p.validation().orElseThrow().size()).isEqualTo(25);
      assertThat(counts(p.validation().orElseThrow())[2]).isBetween(2L, 3L);
      Arrays.stream(p.validation().orElseThrow().samples()).forEach(all::add);
    }
    assertThat(all).hasSize(100).doesNotHaveDuplicates();
    assertThat(folds(4, 2, true, true).parts(uneven(), 3).validation().orElseThrow().samples())
        .isEqualTo(folds.get(2).validation().orElseThrow().samples());
    assertThat(folds(3, 0, false, false).everyFold(Samples.numbered(7, 2), 0).get(0).validation().orElseThrow().samples())
        .containsExactly(0, 1, 2);
  }

  @Test
  void emptyPartsAndUnsuitableTargetsAreRefused() {
    assertThatThrownBy(() -> shares(0.1, 0, false).parts(Samples.numbered(3, 2), 0))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("3 samples leave none for validation");
    assertThatThrownBy(() -> shares(0.5, 0.4, false).parts(Samples.numbered(1, 1), 0)).hasMessageContaining("1 sample leaves none for train");
    assertThatThrownBy(() -> folds(5, 0, false, true).parts(Samples.numbered(4, 2), 0)).hasMessageContaining("4 samples are too few for 5 folds");
    Dataset none = new ArrayDataset(4, new Schema(Samples.numbered(4, 2).inputs(), List.of()), List.of(), List.of(), i -> "", () -> "");
    assertThatThrownBy(() -> shares(0.5, 0, true).parts(none, 0)).hasMessageContaining("`stratify` needs a target");
  }

  @Test
  void argumentsThatContradictEachOtherAreRefused() {
    assertThatThrownBy(() -> shares(0.5, 0.5, false)).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> folds(3, 3, false, true)).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> new Split(0.1, 0, false, true, Optional.of(3), 0, Optional.empty())).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> new Split(0.1, 0, true, false, Optional.empty(), 0, Optional.empty())).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> Split.parse("nothing")).isInstanceOf(Invalid.class);
    assertThat(Split.parse("none")).isEqualTo(Split.NONE);
    assertThat(Split.parse("0.25")).isEqualTo(shares(0.25, 0, false));
    assertThat(Split.NONE.parts(Samples.numbered(3, 2), 0).train().samples()).containsExactly(0, 1, 2);
  }
}
