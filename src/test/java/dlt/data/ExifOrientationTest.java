package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.config.IntPair;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Photos of phones, whose pixels lie as the sensor gave them.
class ExifOrientationTest {
  private static final int BLOCK = 16, SHADE = 40;

  @TempDir Path folder;

  /// Two rows of three blocks, shades 0 to 5, with an Exif segment behind the first one of the file's as cameras write it.
  private void write(String name, int orientation, boolean bigEndian) throws IOException {
    write(name, orientation, bigEndian, false);
  }

  /// The same, where `exifFirst`, as in the files of many phones, it is the file's first segment: the JDK reads no metadata of such ones.
  private void write(String name, int orientation, boolean bigEndian, boolean exifFirst) throws IOException {
    BufferedImage image = new BufferedImage(3 * BLOCK, 2 * BLOCK, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 2 * BLOCK; y++) {
      for (int x = 0; x < 3 * BLOCK; x++) {
        image.getRaster().setSample(x, y, 0, SHADE * (y / BLOCK * 3 + x / BLOCK));
      }
    }
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "jpg", jpeg)).isTrue();
    byte[] bytes = jpeg.toByteArray();
    int first = exifFirst ? 2 : 4 + ((bytes[4] & 0xff) << 8 | bytes[5] & 0xff); // ends the JFIF segment
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes, 0, first);
    out.write(new byte[] {(byte) 0xff, (byte) 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0});
    byte o = (byte) orientation;
    out.write(bigEndian ? new byte[] {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, o, 0, 0, 0, 0, 0, 0}
        : new byte[] {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, o, 0, 0, 0, 0, 0, 0, 0});
    out.write(bytes, first, bytes.length - first);
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, out.toByteArray());
  }

  /// What is in the middle of the blocks.
  private static List<Integer> shades(Dataset d, int sample) {
    return blocks(d, Samples.input(d, sample)).stream().map(v -> (int) Math.round(v / SHADE)).toList();
  }

  private static List<Double> blocks(Dataset d, double[] pixels) {
    int height = d.inputs().getFirst().type().shape().dim(1);
    int width = d.inputs().getFirst().type().shape().dim(2);
    List<Double> r = new ArrayList<>();
    for (int y = BLOCK / 2; y < height; y += BLOCK) {
      for (int x = BLOCK / 2; x < width; x += BLOCK) {
        r.add(pixels[y * width + x]);
      }
    }
    return r;
  }

  /// What Pillow's ImageOps.exif_transpose makes of it.
  @ParameterizedTest
  @CsvSource({"1, 2, 3, 012345", "2, 2, 3, 210543", "3, 2, 3, 543210", "4, 2, 3, 345012", "5, 3, 2, 031425", "6, 3, 2, 304152", "7, 3, 2, 524130", "8, 3, 2, 251403"})
  void imagesAreTurnedAsPillowTurnsThem(int orientation, int height, int width, String expected) throws IOException {
    write("i/a/1.jpg", orientation, true);
    write("i/a/2.jpg", orientation, false, true);
    Dataset d = new Images("i", new IntPair(height * BLOCK, width * BLOCK), 1, Optional.empty(), true).open(folder, Wanted.of(TargetKind.CLASSES));
    List<Integer> turned = expected.chars().map(c -> c - '0').boxed().toList();
    assertThat(shades(d, 0)).isEqualTo(turned);
    assertThat(shades(d, 1)).isEqualTo(turned);
    assertThat(ImageSurvey.of(folder.resolve("i/a/1.jpg"), new Images("i", new IntPair(1, 1), 1, Optional.empty(), true)))
        .isEqualTo(new ImageSurvey.Size(height * BLOCK, width * BLOCK, false));
  }

  @Test
  void likeTorchvisionImagesStayAsTheyAreStoredUnlessOneAsks() throws IOException {
    write("i/a/1.jpg", 6, true);
    assertThat(shades(new Images("i", new IntPair(2 * BLOCK, 3 * BLOCK), 1).open(folder, Wanted.of(TargetKind.CLASSES)), 0)).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void imagesForAModelAreReadAsInItsTraining() throws IOException {
    write("i/a/1.jpg", 6, true);
    Images trained = new Images("other", new IntPair(3 * BLOCK, 2 * BLOCK), 1, Optional.empty(), true);
    Source source = Source.of(folder.resolve("i"), trained, new Schema(List.of(trained.image()), List.of()));
    assertThat(shades(source.open(folder, Wanted.of(TargetKind.NONE)), 0)).containsExactly(3, 0, 4, 1, 5, 2);
  }

  @Test
  void masksStayAndTheirImagesAreTurned() throws IOException {
    write("i/1.jpg", 6, true);
    BufferedImage mask = new BufferedImage(2, 3, BufferedImage.TYPE_BYTE_GRAY);
    mask.getRaster().setSample(1, 0, 0, 1);
    Files.createDirectories(folder.resolve("m"));
    ImageIO.write(mask, "png", folder.resolve("m/1.png").toFile());
    Dataset d = new ImageMasks("i", "m", new IntPair(3 * BLOCK, 2 * BLOCK), 1, "", List.of(), Map.of(), Optional.empty(), true).open(folder, Wanted.of(TargetKind.CLASSES));
    assertThat(shades(d, 0)).containsExactly(3, 0, 4, 1, 5, 2);
    assertThat(blocks(d, Samples.target(d, 0))).containsExactly(0.0, 1.0, 0.0, 0.0, 0.0, 0.0);
  }

  @Test
  void aDamagedExifSegmentSaysNothing() throws IOException {
    write("i/a/1.jpg", 9, true);
    assertThat(ExifOrientation.of(new SourceFile("1", folder.resolve("i/a/1.jpg")))).isEqualTo(1);
    byte[] bytes = Files.readAllBytes(folder.resolve("i/a/1.jpg"));
    for (int length = 0; length < 60; length++) {
      Path cut = Files.write(folder.resolve("cut.jpg"), Arrays.copyOf(bytes, length));
      assertThat(ExifOrientation.of(new SourceFile("cut", cut))).isEqualTo(1);
    }
    bytes[2 + 18 + 14] = 0x7f; // the directory lies beyond the segment
    assertThat(ExifOrientation.of(new SourceFile("far", Files.write(folder.resolve("far.jpg"), bytes)))).isEqualTo(1);
  }

  @Test
  void thatPeopleSeeThemOtherwiseIsWarnedOfOnce() throws IOException {
    for (int i = 0; i < 10; i++) {
      write("i/a/" + i + ".jpg", i < 2 ? 6 : 1, true);
    }
    for (boolean upright : new boolean[] {false, true}) {
      Images images = new Images("i", new IntPair(3 * BLOCK, 2 * BLOCK), 1, Optional.empty(), upright);
      Data data = new Data(images, Optional.empty(), Optional.empty(), Optional.of(Split.NONE), List.of(), List.of(), List.of());
      List<String> warnings = Leakage.warnings(data.open(folder, Wanted.of(TargetKind.CLASSES), 1), false).stream().filter(w -> w.contains("EXIF")).toList();
      if (upright) {
        assertThat(warnings).isEmpty();
      } else {
        assertThat(warnings).containsExactly("warning: 2 images are turned by the EXIF orientation where people look at them, such as i/a/0.jpg, and the model sees them as stored; "
            + "`apply_exif_orientation: true` turns them");
      }
    }
  }
}
