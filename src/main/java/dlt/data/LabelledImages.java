package dlt.data;

import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Images and, at the same numbers, rows of a table that say what they are.
final class LabelledImages extends FileImages {
  /// Several labels for each sample, out of column `name`: the target has a 0 or 1 for each of `labels`.
  record Several(String name, List<String> labels, List<List<String>> values) {
    Field field() {
      return new Field(name, TensorType.float32(labels.size()), List.of(), labels.stream().map(Column::numeric).toList());
    }
  }

  private final ImageDataset images;
  private final Dataset rows;
  private final Optional<Several> several;

  LabelledImages(ImageDataset images, Dataset rows, SourceFile table, List<SourceFile> files, Optional<Several> several) {
    super(schema(images, rows, several), images.size(), Stream.concat(files.stream(), Stream.of(table)).toList(), files, images.upright());
    this.images = images;
    this.rows = rows;
    this.several = several;
  }

  private static Schema schema(ImageDataset images, Dataset rows, Optional<Several> several) {
    List<Field> inputs = Stream.concat(images.inputs().stream(), rows.inputs().stream()).toList();
    return new Schema(inputs, several.map(s -> List.of(s.field())).orElse(rows.targets()));
  }

  @Override
  public void read(int sample, boolean target, int field, MemorySegment destination) {
    if (target && several.isPresent()) {
      List<String> labels = several.get().labels();
      List<String> own = several.get().values().get(sample);
      for (int i = 0; i < labels.size(); i++) {
        destination.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4L, own.contains(labels.get(i)) ? 1 : 0);
      }
    } else if (target) {
      rows.read(sample, true, field, destination);
    } else if (field == 0) {
      images.read(sample, false, 0, destination);
    } else {
      rows.read(sample, false, field - 1, destination);
    }
  }

  /// The image's name.
  @Override
  public String origin(int sample) {
    return images.origin(sample);
  }

  @Override
  public Optional<List<String>> key(String name) {
    return images.key(name).or(() -> rows.key(name));
  }
}
