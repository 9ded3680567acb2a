package dlt.data;

import dlt.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Images in files and a mask file for each.
final class MaskDataset extends FileImages {
  private final List<SourceFile> files;
  private final Decoded images;
  private final Decoded masks;
  private final int limit;

  /// Values of masks above `limit` become 1, others 0; a negative limit leaves them as they are. Images are `upright` where they are turned
  /// as they say.
  MaskDataset(Schema schema, List<SourceFile> files, List<SourceFile> masks, Map<Integer, Integer> colors, int limit, boolean upright) {
    super(schema, files.size(), Stream.concat(files.stream(), masks.stream()).toList(), files, upright);
    var image = schema.inputs().getFirst().type().shape();
    int height = image.dim(1);
    int width = image.dim(2);
    this.files = files;
    this.images = new Decoded(files, image, f -> ImageFile.read(f, image.dim(0), height, width, upright));
    this.masks = new Decoded(masks, image.with(0, 1), f -> MaskFile.read(f, colors, height, width));
    this.limit = limit;
  }

  @Override
  public void read(int sample, boolean target, int field, MemorySegment destination) {
    if (!target) {
      MemorySegment pixels = images.pixels(sample);
      StoredArray.widen(pixels, 0, 1, destination, 0, pixels.byteSize());
      return;
    }
    MemorySegment values = masks.pixels(sample);
    boolean indices = schema().targets().get(field).type().dtype() == DType.INT64;
    for (long i = 0; i < values.byteSize(); i++) {
      int v = values.get(ValueLayout.JAVA_BYTE, i) & 0xff;
      v = limit < 0 ? v : v > limit ? 1 : 0;
      if (indices) {
        destination.set(ValueLayout.JAVA_LONG_UNALIGNED, 8 * i, v);
      } else {
        destination.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, v);
      }
    }
  }

  @Override
  public String origin(int sample) {
    return files.get(sample).name();
  }
}
