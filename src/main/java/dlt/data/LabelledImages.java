package dlt.data;

import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Images and, at the same numbers, rows of a table that say what they are.
final class LabelledImages implements Dataset {
  /// Several labels for each sample, out of column `name`: the target has a 0 or 1 for each of `labels`.
  record Several(String name, List<String> labels, List<List<String>> values) {
    Field field() {
      return new Field(name, TensorType.float32(labels.size()), List.of(), labels.stream().map(Column::numeric).toList());
    }
  }

  private final ImageDataset images;
  private final Dataset rows;
  private final Optional<Several> several;
  private final Schema schema;
  private final Once<String> hash;

  LabelledImages(ImageDataset images, Dataset rows, SourceFile table, List<SourceFile> files, Optional<Several> several) {
    this.images = images;
    this.rows = rows;
    this.several = several;
    List<Field> inputs = new ArrayList<>(images.inputs());
    inputs.addAll(rows.inputs());
    this.schema = new Schema(inputs, several.map(s -> List.of(s.field())).orElse(rows.targets()));
    List<SourceFile> all = new ArrayList<>(files);
    all.add(table);
    this.hash = new Once<>(() -> SourceFile.hash(all));
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public Schema schema() {
    return schema;
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

  @Override
  public boolean mayMiss() {
    return false;
  }

  @Override
  public boolean inMemory() {
    return false;
  }

  @Override
  public String hash() {
    return hash.get();
  }
}
