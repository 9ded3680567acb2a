package dlt.data;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;

/// How a JPEG file's pixels lie, by tag 0x0112 of its Exif segment (CIPA DC-008, 4.6.4): 1 where they are upright, 2 to 4 where rows
/// or columns or both run the other way, 5 to 8 where rows are columns, so that phones need not turn what their sensor gives.
/// Read here: the JDK gives no metadata of files whose Exif segment comes before the JFIF one, which is where cameras put it.
final class ExifOrientation {
  private static final int UPRIGHT = 1, TRANSPOSED = 5;
  private static final int START = 0xffd8, EXIF = 0xffe1, SCAN = 0xffda, END = 0xffd9, FIRST = 0xffc0;
  private static final int TAG = 0x0112, ENTRY = 12;
  private static final byte[] NAME = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

  private ExifOrientation() {}

  /// The orientation of `file`; 1 where it does not say, is no JPEG, or is damaged, of which the decoder knows more to say.
  static int of(SourceFile file) {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file.path())))) {
      if (in.readUnsignedShort() != START) {
        return UPRIGHT;
      }
      while (true) {
        int marker = in.readUnsignedShort();
        while (marker == 0xffff) { // filling
          marker = 0xff00 | in.readUnsignedByte();
        }
        if (marker < FIRST || marker == SCAN || marker == END) {
          return UPRIGHT;
        }
        int length = in.readUnsignedShort() - Short.BYTES;
        if (marker != EXIF) {
          in.skipNBytes(length);
          continue;
        }
        byte[] segment = in.readNBytes(length);
        if (segment.length > NAME.length && Arrays.equals(segment, 0, NAME.length, NAME, 0, NAME.length)) {
          return ofTiff(ByteBuffer.wrap(segment, NAME.length, segment.length - NAME.length).slice());
        }
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return UPRIGHT;
    }
  }

  /// That of the first directory of a TIFF.
  private static int ofTiff(ByteBuffer tiff) {
    tiff.order(tiff.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int entries = Short.toUnsignedInt(tiff.getShort(directory));
    for (int i = 0; i < entries; i++) {
      int at = directory + Short.BYTES + i * ENTRY;
      if (Short.toUnsignedInt(tiff.getShort(at)) == TAG) {
        int orientation = tiff.getShort(at + 8);
        return orientation >= UPRIGHT && orientation <= 8 ? orientation : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /// Whether the upright image is as wide as the file's is high.
  static boolean turns(int orientation) {
    return orientation >= TRANSPOSED;
  }

  /// The upright image of one that lies as `orientation` says.
  static BufferedImage upright(BufferedImage image, int orientation) {
    if (orientation == UPRIGHT) {
      return image;
    }
    int width = image.getWidth();
    int height = image.getHeight();
    boolean turns = turns(orientation);
    boolean lastRowFirst = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    boolean backwards = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    WritableRaster to = image.getRaster().createCompatibleWritableRaster(turns ? height : width, turns ? width : height);
    int bands = to.getNumBands();
    int[] row = new int[width * bands];
    int[] pixel = new int[bands];
    for (int y = 0; y < height; y++) {
      image.getRaster().getPixels(0, y, width, 1, row);
      for (int l = 0, r = (width - 1) * bands; backwards && l < r; l += bands, r -= bands) {
        System.arraycopy(row, l, pixel, 0, bands);
        System.arraycopy(row, r, row, l, bands);
        System.arraycopy(pixel, 0, row, r, bands);
      }
      int place = lastRowFirst ? height - 1 - y : y;
      to.setPixels(turns ? place : 0, turns ? 0 : place, turns ? 1 : width, turns ? width : 1, row);
    }
    return new BufferedImage(image.getColorModel(), to, image.isAlphaPremultiplied(), null);
  }
}
