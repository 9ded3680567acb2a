package dlt.data;

import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.error.Failure;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;

/// Decodes an image file to bytes `[channels, height, width]`. Transparency and colour profiles are left aside; 16-bit
/// samples lose their lower byte; inks (CMYK) become colours as Pillow does it, without a profile.
final class ImageFile {
  private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff");
  /// What is an image by its name, and cannot be read.
  private static final Set<String> OTHERS = Set.of("webp", "heic", "heif", "avif", "jp2", "jxl", "ppm", "pgm", "pbm", "psd", "svg");
  private static final String READ = "PNG, JPEG, GIF, BMP, TIFF";
  private static final int MOST_BITS = 16;

  /// Larger ones are refused before they are decoded.
  private static final long MOST_PIXELS = 100_000_000;

  /// What is resized is first made as wide as it is to be: more values than these are refused.
  private static final long MOST_VALUES = 4 * MOST_PIXELS;

  private ImageFile() {}

  /// Throws [Invalid] where no image can be read as `size` and `channels` of a source say.
  static void requireForm(IntPair size, int channels) {
    if (channels == 2) {
      throw new Invalid("channels", "2", "1 or 3");
    }
    String found = size.first() + " x " + size.second();
    if (size.first() < 1 || size.second() < 1) {
      throw new Invalid("size", found, "at least 1 x 1");
    }
    if ((long) size.first() * size.second() > MOST_VALUES / channels) {
      throw new Invalid("size", found + " pixels of " + channels + " channels", "at most " + MOST_VALUES + " values");
    }
  }

  static boolean named(Path path) {
    return ends(path, ENDINGS);
  }

  /// Whether it is an image of a form that is not read.
  static boolean foreign(Path path) {
    return ends(path, OTHERS);
  }

  /// That `file` and `more` others are images that are not read: they must not be left out without a word.
  static Failure foreign(SourceFile file, int more) {
    return file.failure((more == 0 ? "is an image" : "and " + more + " more are images") + " of a form that is not read (" + READ + " are); convert or remove " + (more == 0 ? "it" : "them"));
  }

  private static boolean ends(Path path, Set<String> endings) {
    String name = path.equals(path.getRoot()) ? "" : path.getFileName().toString();
    return endings.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT)) && !name.startsWith(".");
  }

  /// The image resized to `height` by `width`; as grey values where `channels` is 1, else red, green, blue. One that is to be `upright` is
  /// turned as its EXIF orientation says.
  static byte[] read(SourceFile file, int channels, int height, int width, boolean upright) {
    BufferedImage image = upright ? ExifOrientation.upright(decode(file), ExifOrientation.of(file)) : decode(file);
    int h = image.getHeight();
    int w = image.getWidth();
    if ((long) h * width * channels > MOST_VALUES) {
      throw file.failure("is an image of " + w + " x " + h + " pixels, too high to be resized to a width of " + width);
    }
    Resampling across = new Resampling(w, width);
    Resampling down = new Resampling(h, height);
    int[] pixels = new int[w * Math.max(4, image.getRaster().getNumBands())];
    float[] row = new float[w * channels];
    float[] narrow = new float[h * width * channels];
    for (int y = 0; y < h; y++) {
      row(image, y, channels, pixels, row);
      for (int c = 0; c < channels; c++) {
        across.rows(1, row, c * w, w, narrow, (c * h + y) * width);
      }
    }
    float[] plane = new float[height * width];
    byte[] r = new byte[channels * plane.length];
    for (int c = 0; c < channels; c++) {
      down.columns(width, narrow, c * h * width, plane, 0);
      for (int i = 0; i < plane.length; i++) {
        r[c * plane.length + i] = (byte) Math.clamp((int) (plane[i] + 0.5f), 0, 255);
      }
    }
    return r;
  }

  /// One row as planes of 0 to 255.
  private static void row(BufferedImage image, int y, int channels, int[] pixels, float[] row) {
    int w = image.getWidth();
    Raster raster = image.getRaster();
    boolean indexed = image.getColorModel() instanceof IndexColorModel;
    boolean inks = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_CMYK;
    int bands = indexed ? 3 : raster.getNumBands();
    int[] bits = raster.getSampleModel().getSampleSize();
    if (!indexed) {
      raster.getPixels(0, y, w, 1, pixels);
    }
    for (int x = 0; x < w; x++) {
      int red;
      int green;
      int blue;
      if (indexed) {
        int rgb = image.getRGB(x, y);
        red = rgb >> 16 & 0xff;
        green = rgb >> 8 & 0xff;
        blue = rgb & 0xff;
      } else if (inks) {
        int light = 255 - eight(pixels[x * bands + 3], bits[3]);
        red = lit(light, eight(pixels[x * bands], bits[0]));
        green = lit(light, eight(pixels[x * bands + 1], bits[1]));
        blue = lit(light, eight(pixels[x * bands + 2], bits[2]));
      } else {
        boolean grey = bands < 3; // one band, or one and alpha
        red = eight(pixels[x * bands], bits[0]);
        green = grey ? red : eight(pixels[x * bands + 1], bits[1]);
        blue = grey ? red : eight(pixels[x * bands + 2], bits[2]);
      }
      if (channels == 1) {
        // ITU-R 601 in 16-bit fixed point, as Pillow
        row[x] = red == green && green == blue ? red : (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
      } else {
        row[x] = red;
        row[w + x] = green;
        row[2 * w + x] = blue;
      }
    }
  }

  /// What `ink` leaves of the light that black does: light (1 - ink / 255), rounded.
  private static int lit(int light, int ink) {
    int product = light * ink + 128;
    return light - (product + (product >> 8) >> 8);
  }

  /// A sample of so many bits, which may differ from colour to colour, as one of eight.
  private static int eight(int sample, int bits) {
    return bits >= 8 ? sample >> bits - 8 : sample * 255 / ((1 << bits) - 1);
  }

  /// What is done with an image file's decoder.
  private interface Use<T> {
    T of(ImageReader reader) throws IOException;
  }

  static BufferedImage decode(SourceFile file) {
    return read(file, reader -> {
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > MOST_PIXELS) {
        throw file.failure("is an image of " + reader.getWidth(0) + " x " + reader.getHeight(0) + " pixels, more than " + MOST_PIXELS);
      }
      return whole(file, reader);
    });
  }

  /// The image, of which nothing is missing: the JPEG decoder makes up the rest of a file that ends early, and only mentions it.
  private static BufferedImage whole(SourceFile file, ImageReader reader) throws IOException {
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
    BufferedImage image = reader.read(0);
    if (warnings.stream().anyMatch(w -> w.toLowerCase(Locale.ROOT).contains("premature end"))) {
      throw file.failure("cannot be decoded: it ends early, or is damaged");
    }
    int bits = image.getSampleModel().getSampleSize(0);
    if (bits > MOST_BITS) {
      throw file.failure("is an image of " + bits + " bits a value, expected at most " + MOST_BITS + "; convert it, or read arrays (npy, npz)");
    }
    return image;
  }

  /// Its size, by its head alone; `upright` as above.
  static ImageSurvey.Size size(SourceFile file, boolean upright) {
    boolean turned = upright && ExifOrientation.turns(ExifOrientation.of(file));
    return read(file, reader -> {
      ImageTypeSpecifier raw = reader.getRawImageType(0);
      boolean colored = raw == null || raw.getNumBands() >= 3 || raw.getColorModel() instanceof IndexColorModel;
      return turned ? new ImageSurvey.Size(reader.getWidth(0), reader.getHeight(0), colored) : new ImageSurvey.Size(reader.getHeight(0), reader.getWidth(0), colored);
    });
  }

  private static <T> T read(SourceFile file, Use<T> use) {
    try (ImageInputStream in = ImageIO.createImageInputStream(file.path().toFile())) {
      if (in == null) {
        throw file.failure(SourceFile.missing(file.path(), "file"));
      }
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw file.failure("is not an image that can be read (" + READ + ")");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in, true, true);
        return use.of(reader);
      } finally {
        reader.dispose();
      }
    } catch (Failure e) {
      throw e;
    } catch (IOException | RuntimeException e) { // the decoders throw both on damaged files
      throw new Failure(Failure.Kind.DATA, file.name() + ": cannot be decoded: " + SourceFile.why(e), e);
    }
  }
}
