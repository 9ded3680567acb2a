package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class NamedArraysTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);
  private static final Wanted VALUES = Wanted.of(TargetKind.VALUES);

  private final SequencedMap<String, HostTensor> arrays = new LinkedHashMap<>();

  private NamedArrays named() {
    SequencedMap<String, StoredArray> stored = new LinkedHashMap<>();
    arrays.forEach((name, t) -> stored.put(name, StoredArray.of(t)));
    return new NamedArrays("d.npz", List.of(), stored);
  }

  private Dataset open(int batchDims, Wanted wanted) {
    return named().dataset(List.of("x"), List.of("y"), batchDims, ImageLayout.CHW, wanted);
  }

  private void fails(int batchDims, Wanted wanted, String message) {
    assertThatThrownBy(() -> open(batchDims, wanted)).isInstanceOf(Failure.class).hasMessageContaining(message);
  }

  private static HostTensor of(DType dtype, Shape shape, double... values) {
    HostTensor t = HostTensor.allocate(new TensorType(dtype, shape));
    for (int i = 0; i < values.length; i++) {
      t.set(i, values[i]);
    }
    return t;
  }

  @Test
  void everyElementTypeIsReadAsFloats() {
    for (DType dtype : DType.values()) {
      boolean bool = dtype == DType.BOOL;
      arrays.put("x", of(dtype, Shape.of(2, 2), 1, 0, 1, bool ? 1 : 100));
      arrays.put("y", of(DType.FLOAT64, Shape.of(2), 0.5, 0.25));
      Dataset d = open(1, VALUES);
      assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(2));
      assertThat(Samples.input(d, 1)).as(dtype.name()).containsExactly(1, bool ? 1 : 100);
      assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.float32());
      assertThat(Samples.target(d, 1)).containsExactly(0.25);
    }
  }

  @Test
  void targetsThatAreNotThoseOfTheModelAreRefused() {
    arrays.put("x", HostTensor.of(Shape.of(2, 1), 0f, 1));
    arrays.put("y", HostTensor.of(Shape.of(2, 2), 0f, 1, 2, 3));
    Wanted same = VALUES.like(open(1, VALUES).schema());
    assertThat(open(1, same).size()).isEqualTo(2);
    arrays.put("y", HostTensor.of(Shape.of(2), 0f, 1));
    fails(1, same, "d.npz: target 'y' is float32[] a sample, that of the training data, 'y', float32[2]");
    assertThat(open(1, Wanted.of(TargetKind.NONE).like(same.schema().orElseThrow())).targets()).isEmpty();
  }

  @Test
  void severalDimensionsMayCountTheSamples() {
    arrays.put("x", HostTensor.of(Shape.of(2, 3, 1), 0f, 1, 2, 3, 4, 5));
    arrays.put("y", HostTensor.of(Shape.of(2, 3), 0L, 0, 1, 1, 0, 2));
    Dataset d = open(2, CLASSES);
    assertThat(d.size()).isEqualTo(6);
    assertThat(Samples.input(d, 4)).containsExactly(4);
    assertThat(Samples.target(d, 5)).containsExactly(2);
    assertThat(d.origin(4)).isEqualTo("d.npz[1, 1]");
  }

  @Test
  void classIndicesMayComeAsAColumnAndAsFloats() {
    arrays.put("x", HostTensor.of(Shape.of(2, 1), 0f, 1));
    arrays.put("y", HostTensor.of(Shape.of(2, 1), 3f, 1));
    Dataset d = open(1, CLASSES);
    assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.int64());
    assertThat(Samples.target(d, 0)).containsExactly(3);
    arrays.put("y", HostTensor.of(Shape.of(2, 2, 2), 0L, 1, 2, 3, 4, 5, 6, 7));
    assertThat(open(1, CLASSES).targets().getFirst().type()).isEqualTo(TensorType.int64(2, 2));
    arrays.put("y", HostTensor.of(Shape.of(2), 3f, 1.5f));
    fails(1, CLASSES, "d.npz[1]: 'y' holds 1.5, which is no class index");
    arrays.put("y", HostTensor.of(Shape.of(2, 2), 0f, 1, 0.25f, 0.75f));
    fails(1, CLASSES, "d.npz[1]: 'y' holds 0.25, which is no class index; `cross_entropy: {probabilities: true}` learns probabilities");
  }

  @Test
  void classNamesOfTheModelThatAreNumbersAreLookedUp() {
    arrays.put("x", HostTensor.of(Shape.of(2, 1), 0f, 1));
    arrays.put("y", HostTensor.of(Shape.of(2), 5L, 9));
    Field y = new Field("y", TensorType.int64(), List.of("5", "7", "9"), List.of());
    Wanted like = CLASSES.like(new Schema(List.of(new Field("x", TensorType.float32(1))), List.of(y)));
    Dataset d = open(1, like);
    assertThat(Samples.target(d, 1)).containsExactly(2);
    assertThat(d.targets().getFirst().classes()).containsExactly("5", "7", "9");
    arrays.put("y", HostTensor.of(Shape.of(2), 5L, 6));
    fails(1, like, "d.npz[1]: 'y' holds 6.0, which is none of the classes 5, 7, 9");
  }

  @Test
  void nanIsMissingInInputsAndAnErrorInTargetsAndInfinityAlwaysAnError() {
    arrays.put("x", HostTensor.of(Shape.of(2, 2), 0f, 1, Float.NaN, 2));
    arrays.put("y", HostTensor.of(Shape.of(2), 0f, 1));
    assertThat(open(1, VALUES).mayMiss()).isTrue();
    arrays.put("y", HostTensor.of(Shape.of(2), 0f, Float.NaN));
    fails(1, VALUES, "d.npz[1]: 'y' holds NaN");
    fails(1, CLASSES, "d.npz[1]: 'y' holds NaN");
    arrays.put("x", HostTensor.of(Shape.of(2, 2), 0f, 1, Float.NEGATIVE_INFINITY, 2));
    fails(1, VALUES, "d.npz[1]: 'x' holds -infinity");
  }

  @Test
  void arraysThatDoNotFitAreNamed() {
    arrays.put("x", HostTensor.of(Shape.of(2, 2), 0f, 1, 3, 2));
    fails(1, VALUES, "d.npz: has no array 'y'; there are x");
    arrays.put("y", HostTensor.of(Shape.of(3), 0f, 1, 2));
    fails(1, VALUES, "d.npz: 'y' is [3], but 'x' has [2] samples");
    fails(3, VALUES, "'x' is [2, 2]: too few dimensions for batch_dims 3");
    arrays.put("x", HostTensor.allocate(TensorType.float32(0, 2)));
    fails(1, VALUES, "no samples");
    arrays.put("x", HostTensor.allocate(TensorType.float32(3, 0)));
    fails(1, VALUES, "samples without elements");
  }

  @Test
  void eachTargetMayBeOfItsOwnKind() {
    arrays.put("x", HostTensor.of(Shape.of(1, 1), 0f));
    arrays.put("kind", HostTensor.of(Shape.of(1), 4L));
    arrays.put("size", HostTensor.of(Shape.of(1), 4L));
    Wanted wanted = new Wanted(TargetKind.VALUES, Map.of("kind", TargetKind.CLASSES), Optional.empty());
    Dataset d = named().dataset(List.of("x"), List.of("kind", "size"), 1, ImageLayout.CHW, wanted);
    assertThat(d.targets()).extracting(Field::type).containsExactly(TensorType.int64(), TensorType.float32());
  }

  @Test
  void anArrayThatSamplesAreDividedByIsNeitherInputNorTarget() {
    arrays.put("x", HostTensor.of(Shape.of(3, 1), 0f, 1, 2));
    arrays.put("y", HostTensor.of(Shape.of(3), 0L, 0, 1));
    arrays.put("who", of(DType.INT32, Shape.of(3, 1), 5, -1, 5));
    arrays.put("when", of(DType.FLOAT64, Shape.of(3), 0.5, 2, 1));
    arrays.put("both", of(DType.FLOAT64, Shape.of(3, 2), 0.5, 2, 1));
    Dataset d = open(1, CLASSES.keyed(Set.of("who", "when")));
    assertThat(d.key("who")).contains(List.of("5", "-1", "5"));
    assertThat(d.key("when")).contains(List.of("0.5", "2", "1"));
    assertThat(d.inputs()).hasSize(1);
    fails(1, CLASSES.keyed(Set.of("both")), "'both' is [3, 2], and samples are divided by one number each");
    fails(1, CLASSES.keyed(Set.of("gone")), "has no array 'gone'");
  }

  @Test
  void imagesThatLieChannelsLastAreTurned() {
    for (DType dtype : List.of(DType.UINT8, DType.FLOAT32, DType.FLOAT64, DType.INT64)) {
      arrays.put("x", of(dtype, Shape.of(2, 1, 2, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
      arrays.put("y", HostTensor.of(Shape.of(2), 0L, 1));
      Dataset d = named().dataset(List.of("x"), List.of("y"), 1, ImageLayout.HWC, CLASSES);
      assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(3, 1, 2));
      assertThat(Samples.input(d, 1)).as(dtype.name()).containsExactly(7, 10, 8, 11, 9, 12);
      assertThat(Samples.target(d, 1)).containsExactly(1);
    }
    arrays.put("x", HostTensor.of(Shape.of(2, 2), 0f, 1, 2, 3));
    assertThatThrownBy(() -> named().dataset(List.of("x"), List.of("y"), 1, ImageLayout.HWC, CLASSES))
        .hasMessageContaining("layout hwc is for images, and a sample of 'x' is [2]");
  }

  @Test
  void imagesOfOneChannelGetADimensionForItAndMasksDoNot() {
    arrays.put("x", of(DType.UINT8, Shape.of(2, 2, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    arrays.put("y", of(DType.UINT8, Shape.of(2, 2, 3), 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0));
    Dataset d = named().dataset(List.of("x"), List.of("y"), 1, ImageLayout.HW, CLASSES);
    assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(1, 2, 3));
    assertThat(Samples.input(d, 1)).containsExactly(7, 8, 9, 10, 11, 12);
    assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.int64(2, 3));
    assertThat(named().dataset(List.of("x"), List.of("y"), 1, ImageLayout.HW, VALUES).targets().getFirst().type()).isEqualTo(TensorType.float32(2, 3));
    arrays.put("x", HostTensor.of(Shape.of(2, 2), 0f, 1, 2, 3));
    assertThatThrownBy(() -> named().dataset(List.of("x"), List.of("y"), 1, ImageLayout.HW, CLASSES))
        .hasMessageContaining("layout hw is for images of one channel, and a sample of 'x' is [2]");
  }

  @Test
  void numbersTooLargeForFloatsAreErrors() {
    arrays.put("x", of(DType.FLOAT64, Shape.of(2, 1), 0, 1e300));
    arrays.put("y", HostTensor.of(Shape.of(2), 0f, 1));
    fails(1, VALUES, "d.npz[1]: 'x' holds infinity");
  }

  /// An array of which nothing is known before it is read.
  private record Remote(HostTensor tensor) implements StoredArray {
    @Override
    public TensorType type() {
      return tensor.type();
    }

    @Override
    public boolean inMemory() {
      return false;
    }

    @Override
    public boolean mayMiss() {
      return tensor.dtype().floating();
    }

    @Override
    public void read(long first, int channels, HostTensor to) {
      StoredArray.copy(tensor, first, channels, to);
    }
  }

  @Test
  void arraysThatStayInTheFileAreCheckedWhenTheyAreRead() {
    SequencedMap<String, StoredArray> stored = new LinkedHashMap<>();
    stored.put("x", new Remote(HostTensor.of(Shape.of(2, 2), 0f, 1, Float.POSITIVE_INFINITY, 2)));
    stored.put("y", new Remote(HostTensor.of(Shape.of(2), 0f, Float.NaN)));
    Dataset d = new NamedArrays("d.npz", List.of(), stored).dataset(List.of("x"), List.of("y"), 1, ImageLayout.CHW, VALUES);
    assertThat(d.inMemory()).isFalse();
    assertThat(d.mayMiss()).isTrue();
    assertThat(Samples.input(d, 0)).containsExactly(0, 1);
    assertThatThrownBy(() -> Samples.input(d, 1)).hasMessageContaining("d.npz[1]: 'x' holds infinity");
    assertThatThrownBy(() -> Samples.target(d, 1)).hasMessageContaining("d.npz[1]: 'y' holds NaN");
  }

  @Test
  @Timeout(30)
  void bytesOfVeryManyChannelsAreReadToo() {
    int channels = StoredArray.Some.BYTES + 1;
    HostTensor bytes = HostTensor.allocate(new TensorType(DType.UINT8, Shape.of(1, 2, channels)));
    bytes.set(1, 7);
    bytes.set(channels, 250);
    HostTensor read = HostTensor.allocate(TensorType.float32(channels, 1, 2));
    StoredArray.of(bytes).read(0, channels, read);
    assertThat(read.at(1)).isEqualTo(250);
    assertThat(read.at(2)).isEqualTo(7);
  }
}
