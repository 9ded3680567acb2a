package dlt.data;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// Samples whose texts are in the words of a training part alone: the most frequent ones first, those that are as frequent in the
/// order of their characters.
public final class Reworded {
  private Reworded() {}

  /// The samples of `of`; `indices` holds for each text the index of each word by the one it has there, null for other inputs.
  private record Samples(Dataset of, Schema schema, int[][] indices) implements View {
    @Override
    public void read(int sample, boolean target, int field, MemorySegment destination) {
      of.read(sample, target, field, destination);
      if (!target && indices[field] != null) {
        Field text = schema.inputs().get(field);
        HostTensor x = new HostTensor(text.type(), destination.asSlice(0, text.type().bytes()));
        for (long i = 0; i < x.size(); i++) {
          x.setLong(i, indices[field][(int) x.longAt(i)]);
        }
      }
    }

    @Override
    public Dataset epoch(int epoch) {
      return new Samples(of.epoch(epoch), schema, indices);
    }
  }

  /// `parts` with vocabularies that are fitted to the training part, as its texts are cut. Throws Failure(DATA) where no word of a
  /// text is frequent enough.
  public static Parts fitted(Parts parts) {
    Dataset train = parts.train().dataset();
    if (train.inputs().stream().noneMatch(f -> f.vocabulary().isPresent())) {
      return parts;
    }
    List<Field> fields = new ArrayList<>();
    int[][] indices = new int[train.inputs().size()][];
    for (int i = 0; i < indices.length; i++) {
      Field field = train.inputs().get(i);
      Optional<Vocabulary> all = field.vocabulary().filter(v -> v.rule().words().isEmpty());
      if (all.isEmpty()) {
        fields.add(field);
        continue;
      }
      List<Integer> together = sharing(train, i);
      Column root = train.inputs().get(together.getFirst()).columns().getFirst();
      ColumnType.Text rule = root.vocabulary().orElseThrow().rule();
      List<String> met = all.get().words();
      long[] counts = new long[all.get().size()];
      together.forEach(input -> count(parts.train(), input, counts));
      int[] kept = mostFrequent(counts, met, rule);
      if (kept.length == 0) {
        throw new Failure(Failure.Kind.DATA, "column '" + root.name() + "': the texts of the " + parts.train().name() + " part hold no word"
            + (rule.minCount() > 1 ? " that comes " + rule.minCount() + " times; lower `min_count`" : " at all"));
      }
      indices[i] = new int[all.get().size()];
      Arrays.fill(indices[i], Vocabulary.FIRST, indices[i].length, Vocabulary.UNKNOWN);
      indices[i][Vocabulary.UNKNOWN] = Vocabulary.UNKNOWN;
      for (int k = 0; k < kept.length; k++) {
        indices[i][Vocabulary.FIRST + kept[k]] = Vocabulary.FIRST + k;
      }
      Vocabulary fitted = Vocabulary.of(all.get().rule(), IntStream.of(kept).mapToObj(met::get).toList());
      fields.add(new Field(field.name(), field.type(), List.of(), List.of(Column.text(field.columns().getFirst().name(), fitted))));
    }
    Map<Dataset, Dataset> views = new HashMap<>();
    return parts.map(p -> view(p, fields, indices, views));
  }

  private static Part view(Part part, List<Field> fields, int[][] indices, Map<Dataset, Dataset> views) {
    Dataset view = views.computeIfAbsent(part.dataset(), d -> new Samples(d, new Schema(fields, d.targets()), indices));
    return new Part(part.name(), view, part.samples());
  }

  /// The inputs whose words are counted together with those of input `i`: each column once, and first the one that the vocabulary is
  /// named after, where it is an input.
  private static List<Integer> sharing(Dataset data, int i) {
    String root = root(data.inputs().get(i));
    return IntStream.range(0, data.inputs().size()).filter(k -> data.fittedTo(k) == k && root(data.inputs().get(k)).equals(root)).boxed()
        .sorted(Comparator.comparing(k -> !data.inputs().get(k).columns().getFirst().name().equals(root))).toList();
  }

  /// The column that a text's vocabulary is named after; no column's name for other inputs.
  private static String root(Field field) {
    return field.vocabulary().map(v -> v.rule().root(field.columns().getFirst().name())).orElse("");
  }

  /// Adds how often each index comes in the texts of a part.
  private static void count(Part part, int field, long[] counts) {
    HostTensor x = HostTensor.allocate(part.dataset().inputs().get(field).type());
    for (int sample : part.samples()) {
      part.dataset().read(sample, false, field, x.data());
      for (long i = 0; i < x.size(); i++) {
        counts[(int) x.longAt(i)]++;
      }
    }
  }

  /// The places of these words among `words`.
  private static int[] mostFrequent(long[] counts, List<String> words, ColumnType.Text rule) {
    Comparator<Integer> frequent = Comparator.comparingLong(w -> -counts[Vocabulary.FIRST + w]);
    return IntStream.range(0, words.size()).filter(w -> counts[Vocabulary.FIRST + w] >= rule.minCount()).boxed()
        .sorted(frequent.thenComparing(words::get)).limit(rule.vocabulary()).mapToInt(w -> w).toArray();
  }
}
