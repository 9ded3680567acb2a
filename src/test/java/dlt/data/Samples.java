package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/// Data sets for tests.
final class Samples {
  private Samples() {}

  /// An image file of the form that its ending says, in folders that are made.
  static void write(Path file, BufferedImage image) {
    String name = file.getFileName().toString();
    try {
      Files.createDirectories(file.getParent());
      assertThat(ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile())).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Rows of features and one class each.
  static Dataset of(float[][] rows, int... classes) {
    return of(Shape.of(rows[0].length), rows, classes);
  }

  static Dataset of(Shape sample, float[][] rows, int... classes) {
    HostTensor x = HostTensor.allocate(TensorType.float32(sample.insert(0, rows.length)));
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        x.set((long) i * rows[i].length + j, rows[i][j]);
      }
    }
    HostTensor y = HostTensor.allocate(TensorType.int64(rows.length));
    for (int i = 0; i < classes.length; i++) {
      y.setLong(i, classes[i]);
    }
    Schema schema = new Schema(List.of(new Field("x", TensorType.float32(sample))), List.of(new Field("y", TensorType.int64())));
    return new ArrayDataset(rows.length, schema, List.of(x), List.of(y), i -> "row " + i, () -> "hash");
  }

  /// `n` samples `[1]` whose value is their number and whose class is their number modulo `classes`.
  static Dataset numbered(int n, int classes) {
    float[][] rows = new float[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = new float[] {i};
    }
    return of(rows, IntStream.range(0, n).map(i -> i % classes).toArray());
  }

  static double[] input(Dataset dataset, int sample) {
    return read(dataset, sample, false, 0);
  }

  static double[] target(Dataset dataset, int sample) {
    return read(dataset, sample, true, 0);
  }

  static double[] read(Dataset dataset, int sample, boolean target, int field) {
    HostTensor t = HostTensor.allocate((target ? dataset.targets() : dataset.inputs()).get(field).type());
    dataset.read(sample, target, field, t.data());
    return t.toDoubles();
  }
}
