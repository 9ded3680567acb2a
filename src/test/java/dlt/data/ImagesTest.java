package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.error.Failure;
import dlt.tensor.TensorType;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);

  @TempDir Path folder;

  private void write(String name, BufferedImage image) {
    Samples.write(folder.resolve(name), image);
  }

  private static BufferedImage filled(int type, int width, int height, int rgb) {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  private Images images(int height, int width, int channels) {
    return new Images("i", new IntPair(height, width), channels);
  }

  @Test
  void foldersAreClassesInSortedOrderAndPixelsArePlanes() {
    BufferedImage cat = filled(BufferedImage.TYPE_INT_RGB, 2, 1, 0x010203);
    cat.setRGB(1, 0, 0xff8000);
    write("i/cats/a.png", cat);
    write("i/10/a.bmp", filled(BufferedImage.TYPE_INT_RGB, 2, 1, 0));
    write("i/9/sub/a.gif", filled(BufferedImage.TYPE_BYTE_INDEXED, 2, 1, 0xffffff));
    Dataset d = images(1, 2, 3).open(folder, CLASSES);
    assertThat(d.targets().getFirst().classes()).containsExactly("9", "10", "cats");
    assertThat(d.size()).isEqualTo(3);
    assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(3, 1, 2));
    for (int again = 0; again < 2; again++) {
      assertThat(Samples.input(d, 2)).containsExactly(1, 255, 2, 128, 3, 0);
      assertThat(Samples.input(d, 0)).containsOnly(255);
    }
    assertThat(Samples.target(d, 2)).containsExactly(2);
    assertThat(d.origin(0)).isEqualTo("i/9/sub/a.gif");
    assertThat(d.schema().inputs()).isEqualTo(images(1, 2, 3).declared(CLASSES).orElseThrow().inputs());
  }

  @Test
  void everyKindOfPixelIsReadAsItStands() {
    BufferedImage grey = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setSample(0, 0, 0, 100);
    write("i/c/a.png", grey);
    BufferedImage deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setSample(0, 0, 0, 0x6401);
    write("i/c/b.png", deep);
    write("i/c/c.png", filled(BufferedImage.TYPE_INT_ARGB, 1, 1, 0x10646464));
    write("i/c/d.png", filled(BufferedImage.TYPE_3BYTE_BGR, 1, 1, 0x646464));
    write("i/c/e.png", filled(BufferedImage.TYPE_BYTE_INDEXED, 1, 1, 0x666666));
    write("i/c/f.png", filled(BufferedImage.TYPE_BYTE_BINARY, 1, 1, 0xffffff));
    Dataset d = images(1, 1, 1).open(folder, CLASSES);
    assertThat(d.size()).isEqualTo(6);
    for (int i = 0; i < 4; i++) {
      assertThat(Samples.input(d, i)).as(d.origin(i)).containsExactly(100);
    }
    assertThat(Samples.input(d, 4)).containsExactly(0x66);
    assertThat(Samples.input(d, 5)).containsExactly(255);
    Dataset rgb = images(1, 1, 3).open(folder, CLASSES);
    assertThat(Samples.input(rgb, 0)).containsExactly(100, 100, 100);
  }

  @Test
  void coloursOfDifferentBitsAreReadAlike() {
    write("i/c/a.bmp", filled(BufferedImage.TYPE_USHORT_565_RGB, 1, 1, 0x84c2ff)); // 16, 48 and 31 of 31, 63 and 31
    assertThat(Samples.input(images(1, 1, 3).open(folder, CLASSES), 0)).containsExactly(131, 194, 255);
  }

  @Test
  void aSizeThatNoArrayHoldsIsRefused() {
    assertThatThrownBy(() -> images(50_000, 50_000, 3)).isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.expected()).isEqualTo("at most 400000000 values"));
    assertThatThrownBy(() -> images(0, 1, 3)).isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.found()).isEqualTo("0 x 1"));
    assertThatThrownBy(() -> images(1, 1, 2)).isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.expected()).isEqualTo("1 or 3"));
  }

  @Test
  void anImageThatIsTooHighToBeResizedIsNamed() {
    write("i/c/a.png", filled(BufferedImage.TYPE_BYTE_BINARY, 1, 3_000_000, 0));
    assertThatThrownBy(() -> Samples.input(images(2, 200, 3).open(folder, CLASSES), 0)).isInstanceOf(Failure.class)
        .hasMessageContaining("i/c/a.png: is an image of 1 x 3000000 pixels, too high to be resized to a width of 200");
  }

  @Test
  void colourBecomesGreyByLuma() {
    write("i/c/a.png", filled(BufferedImage.TYPE_INT_RGB, 1, 1, 0xff0000));
    assertThat(Samples.input(images(1, 1, 1).open(folder, CLASSES), 0)).containsExactly(76);
  }

  @Test
  void jpegIsDecoded() {
    write("i/c/a.jpg", filled(BufferedImage.TYPE_INT_RGB, 16, 16, 0x804020));
    double[] x = Samples.input(images(16, 16, 3).open(folder, CLASSES), 0);
    for (int c = 0; c < 3; c++) {
      double expected = new int[] {0x80, 0x40, 0x20}[c];
      assertThat(Arrays.stream(x, c * 256, c * 256 + 256)).allSatisfy(v -> assertThat(v).isBetween(expected - 4, expected + 4));
    }
  }

  @Test
  void inksBecomeColours() throws IOException {
    // Pillow 12: Image.new('CMYK', (8, 8), (200, 30, 90, 60)) as JPEG; convert('RGB') gives 42, 172, 126
    Files.createDirectories(folder.resolve("i/c"));
    Files.write(folder.resolve("i/c/a.jpg"), Base64.getDecoder().decode("/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
        + "AQEBAQEBAQEB/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAoJ/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwA25hClBDD/2Q=="));
    double[] x = Samples.input(images(8, 8, 3).open(folder, CLASSES), 0);
    for (int c = 0; c < 3; c++) {
      assertThat(Arrays.copyOfRange(x, c * 64, c * 64 + 64)).containsOnly(new double[] {42, 172, 126}[c]);
    }
  }

  @Test
  void tiffIsReadUnlessItsNumbersAreNoLevels() throws IOException {
    write("i/c/a.tif", filled(BufferedImage.TYPE_INT_RGB, 2, 1, 0x804020));
    Dataset d = images(1, 2, 3).open(folder, CLASSES);
    assertThat(Samples.input(d, 0)).containsExactly(0x80, 0x80, 0x40, 0x40, 0x20, 0x20);
    // Pillow 12: Image.new('F', (2, 2), 1.5)
    Files.write(folder.resolve("i/c/a.tif"), Base64.getDecoder().decode("SUkqAAgAAAAKAAABBAABAAAAAgAAAAEBBAABAAAAAgAAAAIBAwABAAAAIAAAAAMBAwABAAAAAQAAAAYBAwABAAAAAQAAABEBBAAB"
        + "AAAAhgAAABYBBAABAAAAAgAAABcBBAABAAAAEAAAABwBAwABAAAAAQAAAFMBAwABAAAAAwAAAAAAAAAAAMA/AADAPwAAwD8AAMA/"));
    Dataset floats = images(1, 2, 3).open(folder, CLASSES);
    assertThatThrownBy(() -> Samples.input(floats, 0)).isInstanceOf(Failure.class).hasMessageContaining("32 bits a value");
  }

  @Test
  void imagesThatAreNotReadAreNotLeftOutWithoutAWord() throws IOException {
    write("i/c/a.png", filled(BufferedImage.TYPE_INT_RGB, 1, 1, 0));
    Files.writeString(folder.resolve("i/c/notes.txt"), "");
    assertThat(images(1, 1, 3).open(folder, CLASSES).size()).isEqualTo(1);
    Files.writeString(folder.resolve("i/c/b.WEBP"), "");
    assertThatThrownBy(() -> images(1, 1, 3).open(folder, CLASSES)).isInstanceOf(Failure.class).hasMessageContaining("i/c/b.WEBP: is an image of a form that is not read");
    Files.writeString(folder.resolve("i/c/c.heic"), "");
    assertThatThrownBy(() -> images(1, 1, 3).open(folder, CLASSES)).hasMessageContaining("and 1 more are images");
  }

  @Test
  void foldersOfPartsAreNoClasses() {
    write("i/train/a/a.png", filled(BufferedImage.TYPE_INT_RGB, 1, 1, 0));
    write("i/val/a/a.png", filled(BufferedImage.TYPE_INT_RGB, 1, 1, 0));
    assertThatThrownBy(() -> images(1, 1, 3).open(folder, CLASSES)).isInstanceOf(Failure.class).hasMessageContaining("train: {images: {path: i/train}}");
    assertThat(new Images("i/train", new IntPair(1, 1), 3).open(folder, CLASSES).targets().getFirst().classes()).containsExactly("a");
  }

  @Test
  void resizingAveragesWhatItShrinksAndInterpolatesWhatItStretches() {
    BufferedImage wide = new BufferedImage(4, 2, BufferedImage.TYPE_BYTE_GRAY);
    for (int x = 0; x < 4; x++) {
      wide.getRaster().setSample(x, 0, 0, 10 * x);
      wide.getRaster().setSample(x, 1, 0, 10 * x + 100);
    }
    write("i/c/a.png", wide);
    // Pillow 12: Image.fromarray(...).resize((2, 1), BILINEAR) and resize((8, 2), BILINEAR)
    assertThat(Samples.input(images(1, 2, 1).open(folder, CLASSES), 0)).containsExactly(57, 73);
    assertThat(Arrays.copyOf(Samples.input(images(2, 8, 1).open(folder, CLASSES), 0), 8))
        .containsExactly(0, 3, 8, 13, 18, 23, 28, 30);
  }

  @Test
  void foldersWithoutUseAreRefused() throws IOException {
    assertThatThrownBy(() -> images(1, 1, 3).open(folder, CLASSES)).hasMessageContaining("i: no such folder");
    Files.createDirectories(folder.resolve("i"));
    assertThatThrownBy(() -> images(1, 1, 3).open(folder, CLASSES)).hasMessageContaining("i: has no folders; every class needs one");
    Files.createDirectories(folder.resolve("i/empty"));
    Files.writeString(folder.resolve("i/empty/notes.txt"), "");
    assertThatThrownBy(() -> images(1, 1, 3).open(folder, CLASSES)).hasMessageContaining("folder 'empty' holds no images");
  }

  @Test
  void classesAreThoseOfTheModelAndPredictionsNeedNone() {
    write("i/b/a.png", filled(BufferedImage.TYPE_INT_RGB, 1, 1, 0));
    Field image = new Field("image", TensorType.float32(3, 1, 1));
    Schema schema = new Schema(List.of(image), List.of(new Field("label", TensorType.int64(), List.of("a", "b"), List.of())));
    assertThat(Samples.target(images(1, 1, 3).open(folder, CLASSES.like(schema)), 0)).containsExactly(1);
    write("i/bb/a.png", filled(BufferedImage.TYPE_INT_RGB, 1, 1, 0));
    assertThatThrownBy(() -> images(1, 1, 3).open(folder, CLASSES.like(schema)))
        .hasMessageContaining("folder 'bb' is none of the classes of the training data");
    Dataset d = images(1, 1, 3).open(folder, Wanted.of(TargetKind.NONE).like(schema));
    assertThat(d.size()).isEqualTo(2);
    assertThat(d.targets()).isEmpty();
  }

  @Test
  void twoFoldersAreZeroAndOneWhereTheLossWantsNumbers() {
    write("i/a/a.png", filled(BufferedImage.TYPE_INT_RGB, 1, 1, 0));
    write("i/b/a.png", filled(BufferedImage.TYPE_INT_RGB, 1, 1, 0));
    Dataset d = images(1, 1, 3).open(folder, Wanted.of(TargetKind.VALUES));
    assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.float32(1));
    assertThat(Samples.target(d, 1)).containsExactly(1);
    write("i/c/a.png", filled(BufferedImage.TYPE_INT_RGB, 1, 1, 0));
    assertThatThrownBy(() -> images(1, 1, 3).open(folder, Wanted.of(TargetKind.VALUES))).hasMessageContaining("has 3 classes");
  }

  @Test
  void damagedImagesAreNamedWhenTheyAreRead() throws IOException {
    write("i/c/a.png", filled(BufferedImage.TYPE_INT_RGB, 40, 40, 0x123456));
    Path file = folder.resolve("i/c/a.png");
    byte[] whole = Files.readAllBytes(file);
    Dataset d = images(2, 2, 3).open(folder, CLASSES);
    for (int length : new int[] {0, 8, 20, 40, whole.length / 2}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Samples.input(d, 0)).isInstanceOf(Failure.class).hasMessageContaining("i/c/a.png: ");
    }
    for (String type : List.of("jpg", "bmp", "gif")) {
      write("i/d/a." + type, filled(BufferedImage.TYPE_INT_RGB, 40, 40, 0x123456));
      Path other = folder.resolve("i/d/a." + type);
      Dataset one = new Images("i", new IntPair(2, 2), 3).open(folder, Wanted.of(TargetKind.NONE));
      Files.write(other, Arrays.copyOf(Files.readAllBytes(other), (int) Files.size(other) - 20));
      assertThatThrownBy(() -> Samples.input(one, 1)).as(type).isInstanceOf(Failure.class).hasMessageContaining("i/d/a." + type + ": cannot be decoded").hasMessageNotContaining("null");
      Files.delete(other);
    }
    Files.write(file, bomb());
    assertThatThrownBy(() -> Samples.input(d, 0)).isInstanceOf(Failure.class).hasMessageContaining("30000 x 30000 pixels");
    Files.delete(file);
    assertThatThrownBy(() -> Samples.input(d, 0)).isInstanceOf(Failure.class).hasMessageContaining("i/c/a.png: ");
  }

  /// The beginning of a PNG that claims 30000 x 30000 pixels.
  private static byte[] bomb() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(0x89504E470D0A1A0AL);
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    DataOutputStream header = new DataOutputStream(chunk);
    header.writeBytes("IHDR");
    header.writeInt(30000);
    header.writeInt(30000);
    header.write(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(chunk.toByteArray());
    out.writeInt(13);
    out.write(chunk.toByteArray());
    out.writeInt((int) crc.getValue());
    out.writeInt(0);
    out.writeBytes("IDAT");
    out.writeInt(0x35AF061E);
    return bytes.toByteArray();
  }
}
