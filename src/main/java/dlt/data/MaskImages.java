package dlt.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.util.Arrays;
import java.util.List;

/// Classes of pixels as PNG files that [image_masks][ImageMasks] reads again: 0 and 1 as black and white, more classes as places in
/// a palette, which shows each in a colour of its own.
public final class MaskImages {
  /// A palette has so many places.
  public static final int MOST_CLASSES = 256;

  private final int[] palette;

  private MaskImages(int[] palette) {
    this.palette = palette;
  }

  /// Of `classes` classes, in the colours of the masks that a model of `trained` was trained on, where these have colours.
  public static MaskImages of(Source trained, int classes) {
    int[] palette = new int[MOST_CLASSES];
    Arrays.setAll(palette, MaskImages::color);
    if (trained instanceof ImageMasks m && !m.colors().isEmpty()) {
      int i = 0;
      for (List<Integer> c : m.colors().values()) {
        palette[i++] = c.get(0) << 16 | c.get(1) << 8 | c.get(2);
      }
    } else if (classes == 2) {
      palette[1] = 0xffffff;
    }
    return new MaskImages(palette);
  }

  /// The palette of the PASCAL VOC masks: the bits of the class, from the lowest, are the high bits of red, green and blue in turn.
  private static int color(int index) {
    int rgb = 0;
    for (int bit = 0; bit < 8; bit++) {
      for (int c = 0; c < 3; c++) {
        rgb |= (index >> 3 * bit + c & 1) << 7 - bit << 16 - 8 * c;
      }
    }
    return rgb;
  }

  /// A PNG of `height` by `width` pixels of the classes [rows, columns], each that of the nearest place.
  public byte[] png(int[] classes, int rows, int columns, int height, int width) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(8, MOST_CLASSES, palette, 0, false, -1, 0));
    for (int y = 0; y < height; y++) {
      int row = (int) ((2L * y + 1) * rows / (2L * height));
      for (int x = 0; x < width; x++) {
        image.getRaster().setSample(x, y, 0, classes[row * columns + (int) ((2L * x + 1) * columns / (2L * width))]);
      }
    }
    return Png.of(image);
  }
}
