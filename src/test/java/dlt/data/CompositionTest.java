package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.Binder;
import dlt.config.Doc;
import dlt.config.YamlNode;
import dlt.error.Failure;
import dlt.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompositionTest {
  private static final Wanted VALUES = Wanted.of(TargetKind.VALUES);

  @TempDir Path folder;

  @Doc("A file.")
  record File(@Doc("Its data.") Data data) {}

  /// Samples whose value is their number, in so many classes; `y` is half of the number.
  private void numbered(int n, int classes) throws IOException {
    StringBuilder text = new StringBuilder("x,label,y\n");
    for (int i = 0; i < n; i++) {
      text.append(i).append(",c").append(i % classes).append(',').append(i / 2).append('\n');
    }
    Files.writeString(folder.resolve("t.csv"), text);
  }

  private Parts parts(String source, String split, Wanted wanted) {
    String yaml = "data:\n  train: " + source + "\n  split: " + split + "\n";
    return Binder.bind(YamlNode.parse(yaml, Path.of("exp.yaml")), File.class).value().data().open(folder, wanted, 5).trainings().getFirst();
  }

  private static final String LABELLED = "{of: {csv: {path: t.csv, features: x, target: label}}}";
  private static final String SCORED = "{of: {csv: {path: t.csv, features: x, target: y}}}";

  private static double input(Dataset d, int sample, int field) {
    return Samples.read(d, sample, false, field)[0];
  }

  @Test
  void pairsAreAlikeWhereTheTargetSaysSoAndNoPartSeesSamplesOfAnother() throws IOException {
    numbered(200, 4);
    Parts parts = parts("{pairs: " + LABELLED + "}", "{validation: 0.25, stratify: true}", VALUES);
    assertThat(parts.train().dataset().inputs()).extracting(Field::name).containsExactly("a", "b");
    assertThat(parts.train().dataset().targets()).extracting(Field::name).containsExactly("same");
    List<Set<Double>> seen = new ArrayList<>();
    for (Part part : List.of(parts.train(), parts.validation().orElseThrow())) {
      Set<Double> members = new HashSet<>();
      int alike = 0;
      Set<Double> anchors = new HashSet<>();
      for (int epoch = 0; epoch < 5; epoch++) {
        Dataset d = part.dataset().epoch(epoch);
        for (int i = 0; i < part.size(); i++) {
          double a = input(d, i, 0);
          double b = input(d, i, 1);
          assertThat(a).isNotEqualTo(b);
          boolean same = a % 4 == b % 4;
          assertThat(Samples.target(d, i)).containsExactly(same ? 1 : -1);
          alike += same ? 1 : 0;
          members.addAll(List.of(a, b));
          anchors.add(a);
        }
      }
      assertThat(anchors).hasSize(part.size());
      assertThat((double) alike / (5 * part.size())).isCloseTo(0.5, within(0.1));
      seen.add(members);
    }
    assertThat(seen.get(0)).hasSize(150).doesNotContainAnyElementsOf(seen.get(1));
    assertThat(seen.get(1)).hasSize(50);
  }

  @Test
  void eachEpochDrawsNewPartnersAndGivesThemAgain() throws IOException {
    numbered(60, 3);
    Dataset d = parts("{pairs: " + LABELLED + "}", "none", VALUES).train().dataset();
    List<List<Double>> partners = new ArrayList<>();
    for (int epoch : new int[] {0, 1, 2, 1}) {
      Dataset e = d.epoch(epoch);
      List<Double> r = new ArrayList<>();
      for (int i = 59; i >= 0; i--) {
        r.add(input(e, i, 1));
      }
      partners.add(r);
    }
    assertThat(partners.get(1)).isEqualTo(partners.get(3)).isNotEqualTo(partners.get(0)).isNotEqualTo(partners.get(2));
    assertThat(input(d, 7, 1)).isEqualTo(input(d.epoch(0), 7, 1));
    Dataset again = parts("{pairs: " + LABELLED + "}", "none", VALUES).train().dataset();
    assertThat(input(again.epoch(2), 9, 1)).isEqualTo(input(d.epoch(2), 9, 1));
    assertThat(d.origin(3)).isEqualTo("t.csv:5");
  }

  @Test
  void bothMembersArePreprocessedAlike() throws IOException {
    numbered(40, 2);
    Part train = parts("{pairs: " + LABELLED + "}", "{validation: 0.3}", VALUES).train();
    List<Preprocess> steps = List.of(new Preprocess.Standardize(Optional.empty()));
    Preprocessing a = Preprocessing.fit(steps, train, 0);
    Preprocessing b = Preprocessing.fit(steps, train, 1);
    assertThat(b.apply(new double[] {3})).isEqualTo(a.apply(new double[] {3}));
    double sum = 0;
    for (int i = 0; i < train.size(); i++) {
      sum += a.apply(new double[] {input(train.dataset(), i, 0)})[0];
    }
    assertThat(sum).isCloseTo(0, within(1e-4));
  }

  @Test
  void theTargetIsWhatTheLossWants() throws IOException {
    numbered(20, 2);
    Dataset zeros = parts("{pairs: {of: {csv: {path: t.csv, features: x, target: label}}, different: 0, alike: 0.1}}", "none", VALUES).train().dataset();
    Set<Double> values = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      values.add(Samples.target(zeros, i)[0]);
    }
    assertThat(values).containsExactlyInAnyOrder(0.0, 1.0);
    Field classes = parts("{pairs: " + LABELLED + "}", "none", new Wanted(TargetKind.CLASSES, Map.of(), Optional.empty(), Set.of())).train().dataset().targets().getFirst();
    assertThat(classes.classes()).containsExactly("different", "same");
    assertThat(classes.type().dtype()).isEqualTo(DType.INT64);
  }

  @Test
  void tripletsHaveAPositiveOfTheAnchorsClassAndANegativeOfAnother() throws IOException {
    numbered(31, 3);
    Dataset d = parts("{triplets: " + LABELLED + "}", "none", VALUES).train().dataset();
    for (int epoch = 0; epoch < 4; epoch++) {
      for (int i = 0; i < d.size(); i++) {
        Dataset e = d.epoch(epoch);
        assertThat(input(e, i, 0) % 3).isEqualTo(input(e, i, 1) % 3).isNotEqualTo(input(e, i, 2) % 3);
        assertThat(input(e, i, 0)).isNotEqualTo(input(e, i, 1));
      }
    }
    numbered(16, 15); // one class has two samples
    assertThat(parts("{triplets: " + LABELLED + "}", "none", VALUES).train().size()).isEqualTo(2);
  }

  @Test
  void rankedPairsSayWhichNumberIsHigher() throws IOException {
    numbered(30, 3);
    Dataset d = parts("{ranked_pairs: " + SCORED + "}", "none", VALUES).train().dataset();
    for (int i = 0; i < 30; i++) {
      int a = (int) input(d, i, 0) / 2;
      int b = (int) input(d, i, 1) / 2;
      assertThat(a).isNotEqualTo(b);
      assertThat(Samples.target(d, i)).containsExactly(a > b ? 1 : -1);
    }
  }

  @Test
  void partsThatCannotBeComposedAreExplained() throws IOException {
    numbered(10, 1);
    assertThatThrownBy(() -> parts("{pairs: " + LABELLED + "}", "none", VALUES)).isInstanceOf(Failure.class)
        .hasMessageContaining("pairs: the train part has 10 samples of one class alone");
    numbered(10, 10);
    assertThatThrownBy(() -> parts("{triplets: " + LABELLED + "}", "none", VALUES)).hasMessageContaining("each of a class of its own");
    Files.writeString(folder.resolve("t.csv"), "x,y\n1,3\n2,3\n");
    assertThatThrownBy(() -> parts("{ranked_pairs: " + SCORED + "}", "none", VALUES)).hasMessageContaining("nothing to rank");
    assertThatThrownBy(() -> parts("{pairs: {of: {csv: {path: t.csv}}}}", "none", VALUES)).hasMessageContaining("gives no class");
  }
}
