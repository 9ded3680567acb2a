package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/// Which fields of a sample are images `[channels, height, width]`, and which are maps of the first image's pixels, such as
/// masks: targets and inputs of two dimensions or more that end in its height and width. Fields are named by their number.
record ImageFields(Schema schema, List<Integer> images, List<Integer> inputMaps, List<Integer> targetMaps) {
  static ImageFields of(Schema schema) {
    List<Integer> images = numbers(schema.inputs()).filter(i -> image(schema.inputs().get(i))).boxed().toList();
    if (images.isEmpty()) {
      return new ImageFields(schema, List.of(), List.of(), List.of());
    }
    Shape first = schema.inputs().get(images.getFirst()).type().shape();
    return new ImageFields(
        schema,
        images,
        numbers(schema.inputs()).filter(i -> !images.contains(i) && over(schema.inputs().get(i), first)).boxed().toList(),
        numbers(schema.targets()).filter(i -> over(schema.targets().get(i), first)).boxed().toList());
  }

  private static IntStream numbers(List<Field> fields) {
    return IntStream.range(0, fields.size());
  }

  private static boolean image(Field field) {
    return numeric(field) && field.type().shape().rank() == 3;
  }

  /// Whether it holds numbers, neither indices nor categories.
  static boolean numeric(Field field) {
    return field.type().dtype() == DType.FLOAT32 && field.columns().stream().noneMatch(Column::categorical);
  }

  private static boolean over(Field field, Shape image) {
    Shape shape = field.type().shape();
    return shape.rank() >= 2 && shape.dim(-1) == image.dim(2) && shape.dim(-2) == image.dim(1);
  }

  /// Whether there are maps: then images of their size move as one with them, else every image by itself.
  boolean mapped() {
    return !inputMaps.isEmpty() || !targetMaps.isEmpty();
  }

  Shape shape(int image) {
    return schema.inputs().get(image).type().shape();
  }

  /// Whether the image has the height and width of the first one.
  boolean likeFirst(int image) {
    return shape(image).without(0).equals(shape(images.getFirst()).without(0));
  }
}
