package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private static final Part PART = Data.whole("train", Samples.of(new float[4][1], 0, 2, -100, 3));

  @Test
  void theFirstSampleOfAClassThatTheModelLacksIsNamed() {
    Targets.checkClasses(PART, 0, 4, -100);
    assertThatThrownBy(() -> Targets.checkClasses(PART, 0, 3, -100))
        .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
        .hasMessage("row 3: target 'y' is class 3, but the model's output has classes 0 to 2");
    assertThatThrownBy(() -> Targets.checkClasses(PART, 0, 4, -1)).hasMessageContaining("row 2: target 'y' is class -100");
    Targets.checkClasses(new Part("train", PART.dataset(), new int[] {0, 1}), 0, 3, -1);
  }

  @Test
  void theFirstSampleOutsideTheLossesRangeIsNamed() {
    HostTensor y = HostTensor.of(Shape.of(2, 2), 0f, 1, 0.5f, 1.5f);
    Schema schema = new Schema(Samples.numbered(2, 1).inputs(), List.of(new Field("p", TensorType.float32(2))));
    Dataset d = new ArrayDataset(2, schema, List.of(HostTensor.of(Shape.of(2, 1), 0f, 0)), List.of(y), i -> "row " + i, () -> "");
    Targets.checkRange(Data.whole("train", d), 0, 0, 2);
    assertThatThrownBy(() -> Targets.checkRange(Data.whole("train", d), 0, 0, 1)).hasMessage("row 1: target 'p' is 1.5, but the loss takes 0.0 to 1.0");
  }

  @Test
  void anAnswerThatIsNoSignIsNamed() {
    assertThatThrownBy(() -> Targets.checkSigns(PART, 0)).isInstanceOf(Failure.class).hasMessage("row 0: target 'y' is 0.0, but the loss takes 1 or -1");
    Targets.checkSigns(Data.whole("train", Samples.of(new float[3][1], 1, -1, 1)), 0);
  }

  @Test
  void labelsThatTheStepsCannotTellAreNamed() {
    HostTensor y = HostTensor.of(Shape.of(4, 3), 1L, 2L, 0L, 3L, 3L, 1L, 0L, 0L, 0L, 2L, 0L, 1L);
    Schema schema = new Schema(Samples.numbered(4, 1).inputs(), List.of(new Field("labels", TensorType.int64(3))));
    Dataset d = new ArrayDataset(4, schema, List.of(HostTensor.of(Shape.of(4, 1), 0f, 0, 0, 0)), List.of(y), i -> "row " + i, () -> "");
    Part three = new Part("train", d, new int[] {0, 1, 2});
    Targets.checkSequences(three, 0, 4, 0, 4);
    assertThatThrownBy(() -> Targets.checkSequences(three, 0, 4, 0, 3)).isInstanceOf(Failure.class)
        .hasMessageContaining("row 1: target 'labels' has 3 labels, which take 4 steps at least").hasMessageContaining("has 3; `zero_infinity: true`");
    assertThatThrownBy(() -> Targets.checkSequences(three, 0, 3, 0, 9)).hasMessageContaining("row 1").hasMessageContaining("label 3");
    assertThatThrownBy(() -> Targets.checkSequences(Data.whole("train", d), 0, 4, 0, 9)).hasMessage("row 3: target 'labels' holds label 1 behind a 0, but 0 is the blank and ends the labels");
    assertThatThrownBy(() -> Targets.checkSequences(Data.whole("train", d), 0, 4, 3, 9)).hasMessage("row 1: target 'labels' holds label 1 behind a 3, but 3 is the blank and ends the labels");
    assertThatThrownBy(() -> Targets.checkSequences(new Part("train", d, new int[] {1}), 0, 3, 2, 9)).hasMessage("row 1: target 'labels' holds label 3, but the model's output has labels 0 to 2 and the blank, 2");
  }

  @Test
  void classesAreCountedInThePartAlone() {
    assertThat(Targets.counts(PART, 0, 4)).containsExactly(1, 0, 1, 1);
    assertThat(Targets.counts(new Part("train", PART.dataset(), new int[] {1}), 0, 4)).containsExactly(0, 0, 1, 0);
  }
}
