package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.error.Failure;
import dlt.tensor.TensorType;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageMasksTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);
  private static final Wanted VALUES = Wanted.of(TargetKind.VALUES);

  @TempDir Path folder;

  private void write(String name, BufferedImage image) {
    Samples.write(folder.resolve(name), image);
  }

  private static BufferedImage grey(int width, int... values) {
    BufferedImage image = new BufferedImage(width, values.length / width, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < values.length; i++) {
      image.getRaster().setSample(i % width, i / width, 0, values[i]);
    }
    return image;
  }

  private static BufferedImage colored(int width, int... colors) {
    BufferedImage image = new BufferedImage(width, colors.length / width, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < colors.length; i++) {
      image.setRGB(i % width, i / width, colors[i]);
    }
    return image;
  }

  private static ImageMasks source(int size, String suffix, Map<String, List<Integer>> colors, Optional<Integer> threshold) {
    return new ImageMasks("i", "m", IntPair.of(size), 1, suffix, List.of(), colors, threshold, false);
  }

  private static ImageMasks plain(int size) {
    return source(size, "", Map.of(), Optional.empty());
  }

  private void fails(ImageMasks source, Wanted wanted, String message) {
    assertThatThrownBy(() -> Samples.target(source.open(folder, wanted), 0)).isInstanceOf(Failure.class).hasMessageContaining(message);
  }

  @Test
  void moreColorsThanAByteCountsAreRefused() {
    Map<String, List<Integer>> colors = IntStream.rangeClosed(0, 256).boxed().collect(Collectors.toMap(Object::toString, i -> List.of(i / 2, i % 2, 0)));
    assertThatThrownBy(() -> source(2, "", colors, Optional.empty())).isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.expected()).isEqualTo("at most 256"));
  }

  @Test
  void masksAreFoundByNameAndTheirValuesAreClasses() {
    write("i/b.jpg", grey(2, 9, 9, 9, 9));
    write("i/sub/a.png", grey(2, 0, 50, 100, 255));
    write("m/b.png", grey(2, 0, 0, 0, 0));
    write("m/sub/a.bmp", grey(2, 0, 1, 2, 255));
    Dataset d = plain(2).open(folder, CLASSES);
    assertThat(d.size()).isEqualTo(2);
    assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.int64(2, 2));
    assertThat(d.schema()).isEqualTo(plain(2).declared(CLASSES).orElseThrow());
    assertThat(d.origin(1)).isEqualTo("i/sub/a.png");
    for (int again = 0; again < 2; again++) {
      assertThat(Samples.input(d, 1)).containsExactly(0, 50, 100, 255);
      assertThat(Samples.target(d, 1)).containsExactly(0, 1, 2, 255);
    }
  }

  @Test
  void lossesThatWantNumbersGetZerosAndOnes() {
    write("i/a.png", grey(2, 1, 1, 1, 1));
    write("m/a_mask.png", grey(2, 0, 1, 127, 255));
    Dataset d = source(2, "_mask", Map.of(), Optional.empty()).open(folder, VALUES);
    assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.float32(1, 2, 2));
    assertThat(Samples.target(d, 0)).containsExactly(0, 1, 1, 1);
    assertThat(Samples.target(source(2, "_mask", Map.of(), Optional.of(127)).open(folder, VALUES), 0)).containsExactly(0, 0, 0, 1);
    assertThat(Samples.target(source(2, "_mask", Map.of(), Optional.of(127)).open(folder, CLASSES), 0)).containsExactly(0, 0, 0, 1);
  }

  @Test
  void placesInAPaletteAreClassesAndColorsMayBe() {
    write("i/a.png", grey(2, 1, 1));
    byte[] reds = {0, (byte) 200, 10};
    IndexColorModel palette = new IndexColorModel(8, 3, reds, new byte[3], new byte[3]);
    BufferedImage indexed = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
    indexed.getRaster().setSample(0, 0, 0, 2);
    indexed.getRaster().setSample(1, 0, 0, 1);
    write("m/a.png", indexed);
    ImageMasks wide = new ImageMasks("i", "m", new IntPair(1, 2), 1, "", List.of(), Map.of(), Optional.empty(), false);
    assertThat(Samples.target(wide.open(folder, CLASSES), 0)).containsExactly(2, 1);
    Map<String, List<Integer>> colors = new LinkedHashMap<>();
    colors.put("road", List.of(128, 64, 128));
    colors.put("sky", List.of(0, 0, 255));
    ImageMasks named = new ImageMasks("i", "m", new IntPair(1, 2), 1, "", List.of(), colors, Optional.empty(), false);
    write("m/a.png", colored(2, 0x0000ff, 0x804080));
    Dataset d = named.open(folder, CLASSES);
    assertThat(Samples.target(d, 0)).containsExactly(1, 0);
    assertThat(d.targets().getFirst().classes()).containsExactly("road", "sky");
    fails(wide, CLASSES, "m/a.png: is a mask in colors ([0, 0, 255] at row 0, column 0)");
    write("m/a.png", colored(2, 0x0000ff, 0x804081));
    fails(named, CLASSES, "m/a.png: has the color [128, 64, 129] at row 0, column 1");
  }

  @Test
  void masksShrinkAndGrowByTheNearestPixel() {
    write("i/a.png", grey(4, new int[16]));
    write("m/a.png", grey(4, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    assertThat(Samples.target(plain(2).open(folder, CLASSES), 0)).containsExactly(5, 7, 13, 15);
    assertThat(Samples.target(plain(8).open(folder, CLASSES), 0)).startsWith(0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 1, 1);
  }

  @Test
  void imagesAndMasksWithoutAPartnerAreNamed() {
    write("i/a.png", grey(1, 1));
    write("i/b.png", grey(1, 1));
    write("m/a.png", grey(1, 1));
    fails(plain(1), CLASSES, "m: lacks the masks of 1 of 2 images: i/b.png");
    write("m/b.png", grey(1, 1));
    write("m/c.png", grey(1, 1));
    fails(plain(1), CLASSES, "i: lacks the images of 1 masks: m/c.png");
    write("m/c.bmp", grey(1, 1));
    fails(plain(1), CLASSES, "is called as");
    assertThatThrownBy(() -> new ImageMasks("i", "m", IntPair.of(2), 3, "", List.of("a"), Map.of("b", List.of(1, 2, 3)), Optional.empty(), false)).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> new ImageMasks("i", "m", IntPair.of(2), 3, "", List.of(), Map.of("b", List.of(1, 2, 300)), Optional.empty(), false)).isInstanceOf(Invalid.class);
    Map<String, List<Integer>> alike = Map.of("a", List.of(1, 2, 3), "b", List.of(1, 2, 3));
    assertThatThrownBy(() -> source(2, "", alike, Optional.empty())).isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.found()).matches("[ab] and [ab] of the color \\[1, 2, 3]"));
  }

  @Test
  void predictionsNeedNoMasks() {
    write("i/a.png", grey(1, 7));
    Dataset d = plain(1).open(folder, Wanted.of(TargetKind.NONE).like(plain(1).declared(CLASSES).orElseThrow()));
    assertThat(d.targets()).isEmpty();
    assertThat(Samples.input(d, 0)).containsExactly(7);
  }
}
