package dlt.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Map;

/// Decodes a mask, an image whose pixels say what class they are of: by their grey value, by their place in the image's
/// palette, or by their colour.
final class MaskFile {
  private MaskFile() {}

  /// The class of every pixel, `[height, width]`, resized by taking the nearest pixel. `colors` gives the classes of colours
  /// 0xrrggbb; where it is empty, values and places in the palette are classes.
  static byte[] read(SourceFile file, Map<Integer, Integer> colors, int height, int width) {
    BufferedImage image = ImageFile.decode(file);
    byte[] r = new byte[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int sy = (int) ((2L * y + 1) * image.getHeight() / (2L * height));
        int sx = (int) ((2L * x + 1) * image.getWidth() / (2L * width));
        r[y * width + x] = (byte) (colors.isEmpty() ? value(file, image, sy, sx) : ofColor(file, image, colors, sy, sx));
      }
    }
    return r;
  }

  private static int value(SourceFile file, BufferedImage image, int y, int x) {
    Raster raster = image.getRaster();
    int v = raster.getSample(x, y, 0);
    if (raster.getNumBands() >= 3 && !(image.getColorModel() instanceof IndexColorModel)
        && (v != raster.getSample(x, y, 1) || v != raster.getSample(x, y, 2))) {
      throw file.failure("is a mask in colors (" + color(image.getRGB(x, y)) + " at row " + y + ", column " + x
          + "); say what they mean: `colors: {background: [0, 0, 0], ...}`");
    }
    if (v > 255) {
      throw file.failure("is a mask with the value " + v + " at row " + y + ", column " + x + "; classes are 0 to 255");
    }
    return v;
  }

  private static int ofColor(SourceFile file, BufferedImage image, Map<Integer, Integer> colors, int y, int x) {
    int rgb = image.getRGB(x, y) & 0xffffff;
    Integer index = colors.get(rgb);
    if (index == null) {
      throw file.failure("has the color " + color(rgb) + " at row " + y + ", column " + x + ", which is none of `colors`");
    }
    return index;
  }

  private static String color(int rgb) {
    return "[" + (rgb >> 16 & 0xff) + ", " + (rgb >> 8 & 0xff) + ", " + (rgb & 0xff) + "]";
  }
}
