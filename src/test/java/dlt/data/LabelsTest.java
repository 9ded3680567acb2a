package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.error.Failure;
import dlt.tensor.TensorType;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelsTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);
  private static final Wanted VALUES = Wanted.of(TargetKind.VALUES);

  @TempDir Path folder;

  @BeforeEach
  void threeGreyImages() throws IOException {
    Files.createDirectories(folder.resolve("i/sub"));
    for (String name : List.of("a.png", "b.png", "sub/c.png")) {
      BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
      image.getRaster().setSample(0, 0, 0, name.charAt(name.length() - 5));
      ImageIO.write(image, "png", folder.resolve("i").resolve(name).toFile());
    }
  }

  private Dataset open(String csv, Wanted wanted, List<String> features, Optional<String> separator, String suffix, String... target) {
    try {
      Files.writeString(folder.resolve("l.csv"), csv);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return images(features, separator, suffix, Labels.Unlisted.ERROR, target).open(folder, wanted);
  }

  private static Images images(List<String> features, Optional<String> separator, String suffix, Labels.Unlisted unlisted, String... target) {
    return new Images("i", IntPair.of(1), 1, Optional.of(new Labels("l.csv", Arrays.asList(target), "file", separator, features, suffix, unlisted, ",")), false);
  }

  private Dataset open(String csv, Wanted wanted, String... target) {
    return open(csv, wanted, List.of(), Optional.empty(), "", target);
  }

  private static double[] targets(Dataset d, int sample) {
    return Samples.target(d, sample);
  }

  @Test
  void whatACsvFileCannotHaveIsRefusedWithTheExperiment() {
    assertThatThrownBy(() -> new Labels("l.csv", List.of("kind"), "file", Optional.empty(), List.of("kind"), "", Labels.Unlisted.ERROR, ","))
        .isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.component()).isEqualTo("features"));
    assertThatThrownBy(() -> new Labels("l.csv", List.of("kind"), "file", Optional.empty(), List.of(), "", Labels.Unlisted.ERROR, "::"))
        .isInstanceOfSatisfying(Invalid.class, e -> assertThat(e.component()).isEqualTo("delimiter"));
  }

  @Test
  void aColumnOfClassesNamesEachImagesClass() {
    Dataset d = open("kind,file\ndog,sub/c.png\ncat,a.png\ndog,b.png\n", CLASSES, "kind");
    assertThat(d.size()).isEqualTo(3);
    assertThat(d.inputs()).containsExactly(new Field("image", TensorType.float32(1, 1, 1)));
    assertThat(d.targets().getFirst().name()).isEqualTo("kind");
    assertThat(d.targets().getFirst().classes()).containsExactly("cat", "dog");
    assertThat(targets(d, 0)).containsExactly(1);
    assertThat(targets(d, 1)).containsExactly(0);
    assertThat(Samples.input(d, 1)[0]).isEqualTo(Math.round('a' / 2.0));
    assertThat(d.origin(0)).isEqualTo("i/sub/c.png");
    assertThat(d.hash()).hasSize(64);
    assertThatThrownBy(() -> open("kind,file\ndgo,a.png\ncat,b.png\ncat,sub/c.png\n", CLASSES.like(d.schema()), "kind"))
        .hasMessageContaining("l.csv:2: column 'kind': 'dgo' is none of the classes of the training data - did you mean 'dog'?");
  }

  @Test
  void severalColumnsAreSeveralNumbers() {
    Dataset d = open("file,x,y\na.png,0,1\nb.png,1,0.5\nsub/c.png,1,1\n", VALUES, "x", "y");
    assertThat(d.targets().getFirst().type()).isEqualTo(TensorType.float32(2));
    assertThat(targets(d, 1)).containsExactly(1, 0.5);
  }

  @Test
  void aValueMayHoldSeveralLabelsOrNone() {
    Dataset d = open("file,tags\na.png,dog | cat\nb.png,\nsub/c.png,cow\n", VALUES, List.of(), Optional.of("|"), "", "tags");
    assertThat(d.targets().getFirst()).isEqualTo(
        new Field("tags", TensorType.float32(3), List.of(), List.of(Column.numeric("cat"), Column.numeric("cow"), Column.numeric("dog"))));
    assertThat(targets(d, 0)).containsExactly(1, 0, 1);
    assertThat(targets(d, 1)).containsExactly(0, 0, 0);
    Dataset other = open("file,tags\na.png,cow\nb.png,\nsub/c.png,\n", VALUES.like(d.schema()), List.of(), Optional.of("|"), "", "tags");
    assertThat(targets(other, 0)).containsExactly(0, 1, 0);
    assertThatThrownBy(() -> open("file,tags\na.png,cow|cut\nb.png,\nsub/c.png,\n", VALUES.like(d.schema()), List.of(), Optional.of("|"), "", "tags"))
        .hasMessageContaining("l.csv:2: column 'tags': 'cut' is none of the labels of the training data");
    assertThatThrownBy(() -> open("file,tags\na.png,cow\nb.png,\nsub/c.png,\n", CLASSES, List.of(), Optional.of("|"), "", "tags"))
        .hasMessageContaining("the loss wants one class");
    assertThatThrownBy(() -> images(List.of(), Optional.of("|"), "", Labels.Unlisted.ERROR, "a", "b")).isInstanceOf(Invalid.class);
  }

  @Test
  void columnsMayBeASecondInput() {
    String csv = "file,age,sex,y\na,1,m,0\nb,2,f,1\nsub/c,3,m,1\n";
    Dataset d = open(csv, CLASSES.keyed(Set.of("sex", "path")), List.of("age", "sex"), Optional.empty(), ".png", "y");
    assertThat(d.inputs()).extracting(Field::name).containsExactly("image", "features");
    assertThat(Samples.read(d, 2, false, 1)).containsExactly(3, 1);
    assertThat(d.key("sex").orElseThrow()).containsExactly("m", "f", "m");
    assertThat(d.key("path").orElseThrow()).contains("i/a.png");
    Images trained = images(List.of("age", "sex"), Optional.empty(), ".png", Labels.Unlisted.IGNORE, "y");
    Source other = Source.of(folder.resolve("i/new.csv"), trained, d.schema());
    try {
      Files.writeString(folder.resolve("i/new.csv"), "file,sex,age\nb,f,7\n");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Dataset predicted = other.open(folder, Wanted.of(TargetKind.NONE).like(d.schema()));
    assertThat(predicted.size()).isEqualTo(1);
    assertThat(Samples.read(predicted, 0, false, 1)).containsExactly(7, 0);
  }

  @Test
  void whatDoesNotFitTogetherIsNamedWithItsLine() {
    fails("file,y\na.png,0\nz.png,1\n", "l.csv:3: image 'z.png': no such file (looked for ");
    fails("file,y\na.png,0\nb.png,1\na.png,1\n", "l.csv:4: image 'a.png' has a row already, l.csv:2");
    fails("file,y\na.png,0\n,1\n", "l.csv:3: column 'file': the image's name is missing");
    fails("file,y\na.png,0\nb.png,1\n", "i/sub/c.png: has no row in l.csv; add rows, or say `unlisted: ignore`");
    fails("name,y\na.png,0\n", "l.csv:1: has no column 'file'");
    fails("file,y\na.png,\n", "l.csv:2: column 'y': the value is missing");
    assertThat(images(List.of(), Optional.empty(), "", Labels.Unlisted.IGNORE, "y").paths()).containsExactly("i", "l.csv");
    assertThatThrownBy(() -> new Images("no", IntPair.of(1), 1, images(List.of(), Optional.empty(), "", Labels.Unlisted.ERROR, "y").labels(), false).open(folder, CLASSES))
        .hasMessageContaining("no: no such folder");
  }

  private void fails(String csv, String message) {
    assertThatThrownBy(() -> open(csv, CLASSES, "y")).isInstanceOf(Failure.class).hasMessageContaining(message);
  }
}
