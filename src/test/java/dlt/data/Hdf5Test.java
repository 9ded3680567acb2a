package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.dataset.DatasetBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads files that h5py wrote (src/test/resources/data/make.py says how) and ones that jhdf writes here.
class Hdf5Test {
  private static final Path FILES = Path.of("src/test/resources/data");
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);

  @TempDir Path folder;

  private static Hdf5 file(String path, String input, String target) {
    return new Hdf5(new ArrayArguments(path, List.of(input), List.of(target), 1, ImageLayout.CHW));
  }

  @Test
  void imagesAndLabelsOfTheCatDataAreUsable() {
    Hdf5 cats = new Hdf5(new ArrayArguments("cats.h5", List.of("train_set_x"), List.of("train_set_y"), 1, ImageLayout.HWC));
    Dataset d = cats.open(FILES, CLASSES);
    assertThat(d.size()).isEqualTo(5);
    assertThat(d.inputs().getFirst()).isEqualTo(new Field("train_set_x", TensorType.float32(3, 4, 6)));
    double[] x = Samples.input(d, 4);
    for (int c = 0; c < 3; c++) {
      for (int p = 0; p < 24; p++) {
        assertThat(x[c * 24 + p]).isEqualTo((4 * 72 + p * 3 + c) & 0xff);
      }
    }
    assertThat(IntStream.range(0, 5).mapToDouble(i -> Samples.target(d, i)[0]).toArray()).containsExactly(0, 1, 1, 0, 1);
    assertThat(Samples.target(cats.open(FILES, Wanted.of(TargetKind.VALUES)), 1)).containsExactly(1);
    assertThat(d.origin(4)).isEqualTo("cats.h5[4]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"<f4", ">f4", "<f8", ">f8", "<f2", "<i1", "<i2", ">i2", "<i4", "<i8", ">i8", "<u1", "<u2", "<u4", "<u8"})
  void everyElementTypeIsRead(String type) {
    Dataset d = file("types.h5", "plain/" + type, "y").open(FILES, CLASSES);
    assertThat(d.inputs().getFirst()).isEqualTo(new Field(type, TensorType.float32(2, 3)));
    for (int i = 0; i < 7; i++) {
      int sample = i;
      double[] expected = IntStream.range(0, 6).mapToDouble(j -> (sample * 6 + j) / 2.0 - 10).toArray();
      if (!type.contains("f")) {
        expected = Arrays.stream(expected).map(v -> type.contains("u") ? (long) Math.abs(v) : (long) v).toArray();
      }
      assertThat(Samples.input(d, i)).containsExactly(expected);
      assertThat(Samples.target(d, i)).containsExactly(i % 3);
    }
  }

  @Test
  void linksInAPathAreFollowed() {
    for (String path : List.of("real/x", "soft/x", "deep/soft/x", "last")) {
      assertThat(Samples.input(file("links.h5", path, "y").open(FILES, CLASSES), 2)).as(path).containsExactly(4, 5);
    }
    for (String path : List.of("nowhere/x", "nowhere", "loop/x", "loop")) {
      assertThatThrownBy(() -> file("links.h5", path, "y").open(FILES, CLASSES)).as(path).isInstanceOf(Failure.class).hasMessageStartingWith("links.h5: ");
    }
  }

  @Test
  void booleansAreZeroAndOne() {
    assertThat(Samples.input(file("types.h5", "bool", "y").open(FILES, CLASSES), 3)).containsExactly(0, 0, 0, 1, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"earliest", "v110"})
  void chunksAreReadAtOnceAndBandByBand(String version) {
    SourceFile file = SourceFile.of(FILES, "chunked-" + version + ".h5");
    for (String name : List.of("chunked", "gzip", "shuffle", "lzf", "checksum", "growing")) {
      Dataset d = file(file.name(), name, "y").open(FILES, CLASSES);
      try (HdfFile hdf = new HdfFile(file.path())) {
        DatasetBase data = (DatasetBase) hdf.getDatasetByPath(name);
        Hdf5Chunks chunks =
            new Hdf5Chunks(
                file, name, data, dlt.tensor.Layout.plain(dlt.tensor.DType.FLOAT32, dlt.tensor.Shape.of(7, 2, 3)), ((ChunkedDataset) data).getChunkDimensions()[0]);
        assertThat(chunks.inMemory()).isFalse();
        for (int i : new int[] {6, 0, 3, 5, 1, 6}) {
          double[] expected = IntStream.range(0, 6).mapToDouble(j -> (i * 6 + j) / 2.0 - 10).toArray();
          assertThat(Samples.input(d, i)).as(name).containsExactly(expected);
          HostTensor t = HostTensor.allocate(TensorType.float32(2, 3));
          chunks.read(i * 6L, 1, t);
          assertThat(t.toDoubles()).as(name).containsExactly(expected);
        }
      }
    }
  }

  @Test
  void whatIsNoArrayOfNumbersIsNamed() {
    for (String[] c :
        new String[][] {
          {"z", "types.h5: has no array 'z'; there are "},
          {"plane/<f4", "types.h5: has no array 'plane/<f4' - did you mean 'plain/<f4'?"},
          {"plain", "types.h5: 'plain' is a group; name an array in it, such as 'plain/x'"},
          {"text", "types.h5: 'text' holds StringData of 1 bytes, expected numbers"},
          {"compound", "types.h5: 'compound' holds CompoundDataType of 8 bytes, expected numbers"},
          {"scalar", "types.h5: 'scalar' is []: too few dimensions for batch_dims 1"},
          {"unwritten", "types.h5: 'unwritten' was never written"},
        }) {
      assertThatThrownBy(() -> file("types.h5", c[0], "y").open(FILES, CLASSES)).as(c[0]).isInstanceOf(Failure.class).hasMessageContaining(c[1]);
    }
    assertThatThrownBy(() -> file("cats.h5", "train_set_x", "train_set_z").open(FILES, CLASSES)).hasMessageContaining("did you mean 'train_set_x'?");
    assertThatThrownBy(() -> file("newest.h5", "x", "y").open(FILES, CLASSES))
        .isInstanceOf(Failure.class)
        .hasMessageContainingAll("newest.h5: 'x' cannot be read as HDF5: ", "libver='earliest'");
    assertThatThrownBy(() -> file("no.h5", "x", "y").open(FILES, CLASSES)).hasMessageContaining("no.h5: no such file");
  }

  @Test
  void severalInputsKeepTheirNamesAndPredictionsNeedNoTargets() {
    try (WritableHdfFile out = HdfFile.write(folder.resolve("two.hdf5"))) {
      out.putDataset("image", new float[][] {{1, 2}, {3, 4}});
      out.putDataset("table", new double[][] {{5}, {6}});
      out.putDataset("y", new int[] {1, 0});
    }
    Hdf5 two = new Hdf5(new ArrayArguments("two.hdf5", List.of("image", "table"), List.of("y"), 1, ImageLayout.CHW));
    Dataset d = two.open(folder, CLASSES.keyed(Set.of("y")));
    assertThat(d.inputs()).extracting(Field::name).containsExactly("image", "table");
    assertThat(Samples.read(d, 1, false, 1)).containsExactly(6);
    assertThat(d.key("y").orElseThrow()).containsExactly("1", "0");
    Dataset inputs = new Hdf5(new ArrayArguments("two.hdf5", List.of("image", "table"), List.of("gone"), 1, ImageLayout.CHW)).open(folder, Wanted.of(TargetKind.NONE).like(d.schema()));
    assertThat(inputs.size()).isEqualTo(2);
    assertThat(Source.of(Path.of("two.hdf5"), two, d.schema())).isEqualTo(two);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cats.h5", "chunked-earliest.h5", "chunked-v110.h5"})
  @Timeout(60)
  void damagedFilesAreFailuresOfTheData(String name) throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve(name));
    Hdf5 bad = name.startsWith("cats") ? file("bad.h5", "train_set_x", "train_set_y") : file("bad.h5", "shuffle", "y");
    for (int length = 0; length < whole.length; length += 1 + whole.length / 40) {
      Files.write(folder.resolve("bad.h5"), Arrays.copyOf(whole, length));
      open(bad);
    }
    for (int at = 0; at < whole.length; at += 1 + whole.length / 150) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) 0xa5;
      Files.write(folder.resolve("bad.h5"), damaged);
      open(bad);
    }
    Files.write(folder.resolve("bad.h5"), new byte[100]);
    assertThatThrownBy(() -> bad.open(folder, CLASSES)).isInstanceOf(Failure.class).hasMessageContaining("bad.h5: cannot be read as HDF5");
  }

  private void open(Hdf5 bad) {
    try {
      bad.open(folder, CLASSES); // what nobody asks for may be damaged
    } catch (Failure e) {
      assertThat(e.kind()).isEqualTo(Failure.Kind.DATA);
      assertThat(e.getMessage()).contains("bad.h5");
    }
  }
}
