package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);

  @TempDir Path folder;

  private static byte[] bytes(int... values) {
    byte[] r = new byte[values.length];
    for (int i = 0; i < r.length; i++) {
      r[i] = (byte) values[i];
    }
    return r;
  }

  /// Two images of 1 x 3.
  private static byte[] images() {
    return bytes(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 255, 4, 5, 6);
  }

  private static byte[] labels(int... values) {
    byte[] r = Arrays.copyOf(bytes(0, 0, 8, 1, 0, 0, 0, values.length), 8 + values.length);
    System.arraycopy(bytes(values), 0, r, 8, values.length);
    return r;
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(plain);
    }
    return out.toByteArray();
  }

  private Dataset open(byte[] images, byte[] labels, Wanted wanted) {
    try {
      Files.write(folder.resolve("i"), images);
      Files.write(folder.resolve("l"), labels);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return new Idx("i", Optional.of("l")).open(folder, wanted);
  }

  private void fails(byte[] images, byte[] labels, String message) {
    assertThatThrownBy(() -> open(images, labels, CLASSES)).isInstanceOf(Failure.class).hasMessageContaining(message);
  }

  @Test
  void imagesBecomeFloatsOfZeroTo255WithAChannel() throws IOException {
    for (byte[] images : new byte[][] {images(), gzip(images())}) {
      Dataset d = open(images, gzip(labels(7, 3)), CLASSES);
      assertThat(d.size()).isEqualTo(2);
      assertThat(d.inputs().getFirst().type()).isEqualTo(TensorType.float32(1, 1, 3));
      assertThat(Samples.input(d, 0)).containsExactly(1, 2, 255);
      assertThat(Samples.input(d, 1)).containsExactly(4, 5, 6);
      assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.int64());
      assertThat(Samples.target(d, 1)).containsExactly(3);
      assertThat(d.mayMiss()).isFalse();
    }
  }

  @Test
  void elementsOfSeveralBytesAreBigEndian() {
    Dataset d = open(bytes(0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0xff, 0xfe), labels(0), CLASSES);
    assertThat(Samples.input(d, 0)).containsExactly(256, -2);
    Dataset f = open(bytes(0, 0, 0x0D, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0), labels(0), CLASSES);
    assertThat(Samples.input(f, 0)).containsExactly(1);
    Dataset g = open(bytes(0, 0, 0x0E, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0), labels(0), CLASSES);
    assertThat(Samples.input(g, 0)).containsExactly(-2);
  }

  @Test
  void damagedFilesAreNamed() throws IOException {
    fails(images(), labels(1, 2, 3), "l: holds 3 labels, i 2 images");
    fails(Arrays.copyOf(images(), 21), labels(1, 2), "i: is cut off");
    fails(gzip(Arrays.copyOf(images(), 21)), labels(1, 2), "i: is cut off");
    fails(Arrays.copyOf(images(), 23), labels(1, 2), "i: is damaged: it goes on after uint8[2, 1, 3]");
    fails(bytes(1, 2, 3, 4, 5), labels(1), "i: is not an idx file");
    fails(bytes(0, 0), labels(1), "i: is cut off");
    fails(bytes(0, 0, 7, 1, 0, 0, 0, 1, 1), labels(1), "i: has elements of the unknown type 7");
    fails(bytes(0, 0, 8, 1, 255, 0, 0, 1, 1), labels(1), "i: is damaged");
    fails(bytes(0, 0, 8, 3, 127, 0, 0, 1, 127, 0, 0, 0, 127, 0, 0, 0), labels(1), "i: is damaged: it claims to hold");
    fails(bytes(0, 0, 8, 2, 127, 0, 0, 1, 0, 0, 0, 9), labels(1), "i: is cut off: it claims to hold");
    fails(bytes(0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1), labels(), "no samples");
    byte[] cut = gzip(images());
    fails(Arrays.copyOf(cut, cut.length - 12), labels(1, 2), "i: ");
    assertThatThrownBy(() -> new Idx("no", Optional.empty()).open(folder, CLASSES)).hasMessageContaining("no: no such file");
  }

  @Test
  void predictionsNeedNoLabels() {
    open(images(), labels(1, 2), CLASSES);
    assertThat(new Idx("i", Optional.empty()).open(folder, Wanted.of(TargetKind.NONE)).targets()).isEmpty();
    assertThat(new Idx("i", Optional.of("gone")).open(folder, Wanted.of(TargetKind.NONE)).size()).isEqualTo(2);
  }

  @Test
  void theHashOfTwoFilesIsThatOfTheirSums() throws Exception {
    Dataset d = open(images(), labels(1, 2), CLASSES);
    StringBuilder sums = new StringBuilder();
    for (String name : new String[] {"i", "l"}) {
      sums.append(sha256(Files.readAllBytes(folder.resolve(name)))).append("  ").append(name).append("\n");
    }
    assertThat(d.hash()).isEqualTo(sha256(sums.toString().getBytes())).isEqualTo(d.hash());
  }

  private static String sha256(byte[] bytes) throws Exception {
    return java.util.HexFormat.of().formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
