package dlt.data;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// Samples by number. Reading is safe from several threads at once and always gives the same bytes.
public interface Dataset {
  /// The number of samples.
  int size();

  /// What a sample consists of.
  Schema schema();

  default List<Field> inputs() {
    return schema().inputs();
  }

  default List<Field> targets() {
    return schema().targets();
  }

  /// Writes one field of one sample, row-major, to the start of `destination`. Throws Failure(DATA) where the file behind it
  /// is damaged.
  void read(int sample, boolean target, int field, MemorySegment destination);

  /// Where the sample comes from, for messages: `data.csv:17`, `labels.gz[41]`, `cats/3.png`.
  String origin(int sample);

  /// The text that each sample has in the column, array or other place `name` of its source, which need not be an input or a
  /// target; whole numbers without a fraction. Empty where the source has nothing of that name, or where it was not
  /// [Wanted#keys] when the source was opened.
  default Optional<List<String>> key(String name) {
    return Optional.empty();
  }

  /// Whether inputs may hold NaN, which means a missing value.
  boolean mayMiss();

  /// Whether reading a sample is little more than a copy.
  boolean inMemory();

  /// These samples as they are in training epoch `epoch` (1 for the first): those that are composed at random, such as pairs,
  /// are drawn anew. What was opened is epoch 0, which is that of validation, test and statistics. Size and schema are the same.
  default Dataset epoch(int epoch) {
    return this;
  }

  /// The input whose samples the preprocessing of input `field` is fitted to: the first one of inputs that are to be treated
  /// alike, such as the two of a pair.
  default int fittedTo(int field) {
    return field;
  }

  /// SHA-256 of the files behind it in hexadecimal: of one file as `sha256sum` prints it, of several that of the list which
  /// `sha256sum` prints for them, names relative to the source. Computed when first asked for.
  String hash();
}
