package dlt.data;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Samples whose texts are in the words of a training part alone: the most frequent ones first, those that are as frequent in the
/// order of their characters.
public final class Reworded {
  private Reworded() {}

  /// An input or target.
  private record Place(boolean target, int field) {
    Field in(Dataset data) {
      return (target ? data.targets() : data.inputs()).get(field);
    }

    /// The column that a text lies in.
    Column column(Dataset data) {
      return in(data).columns().getFirst();
    }

    /// The column that a text's vocabulary is named after; no column's name for what is no text.
    String root(Dataset data) {
      return in(data).vocabulary().map(v -> v.rule().root(column(data).name())).orElse("");
    }
  }

  /// The samples of `of`; `indices` holds for each text the index of each word by the one it has there.
  private record Samples(Dataset of, Schema schema, Map<Place, int[]> indices) implements View {
    @Override
    public void read(int sample, boolean target, int field, MemorySegment destination) {
      of.read(sample, target, field, destination);
      int[] anew = indices.get(new Place(target, field));
      if (anew != null) {
        TensorType type = (target ? schema.targets() : schema.inputs()).get(field).type();
        HostTensor x = new HostTensor(type, destination.asSlice(0, type.bytes()));
        for (long i = 0; i < x.size(); i++) {
          x.setLong(i, anew[(int) x.longAt(i)]);
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
    List<Place> places = places(train);
    if (places.stream().allMatch(p -> p.in(train).vocabulary().isEmpty())) {
      return parts;
    }
    Map<Place, int[]> indices = new HashMap<>();
    List<Field> inputs = new ArrayList<>();
    List<Field> targets = new ArrayList<>();
    for (Place place : places) {
      (place.target ? targets : inputs).add(fitted(parts.train(), place, indices));
    }
    Map<Dataset, Dataset> views = new HashMap<>();
    return parts.map(p -> new Part(p.name(), views.computeIfAbsent(p.dataset(), d -> new Samples(d, new Schema(inputs, targets), indices)), p.samples()));
  }

  /// The field at `place`, in the words of `train` where it is a text; then `indices` gets their indices.
  private static Field fitted(Part train, Place place, Map<Place, int[]> indices) {
    Dataset data = train.dataset();
    Field field = place.in(data);
    Optional<Vocabulary> met = field.vocabulary().filter(v -> v.rule().words().isEmpty());
    if (met.isEmpty()) {
      return field;
    }
    Vocabulary all = met.get();
    List<Place> together = sharing(data, place);
    Column root = together.getFirst().column(data);
    ColumnType.Text rule = root.vocabulary().orElseThrow().rule();
    long[] counts = new long[all.size()];
    together.forEach(p -> count(train, p, counts));
    List<String> words = all.words();
    int marks = words.subList(0, Math.min(words.size(), Vocabulary.MARKS.size())).equals(Vocabulary.MARKS) ? Vocabulary.MARKS.size() : 0;
    int[] frequent = mostFrequent(counts, words, marks, rule);
    if (frequent.length == 0) {
      throw new Failure(Failure.Kind.DATA, "column '" + root.name() + "': the texts of the " + train.name() + " part hold no word"
          + (rule.minCount() > 1 ? " that comes " + rule.minCount() + " times; lower `min_count`" : " at all"));
    }
    int[] kept = IntStream.concat(IntStream.range(0, marks), IntStream.of(frequent)).toArray();
    int[] anew = new int[all.size()];
    Arrays.fill(anew, Vocabulary.FIRST, anew.length, Vocabulary.UNKNOWN);
    anew[Vocabulary.UNKNOWN] = Vocabulary.UNKNOWN;
    for (int k = 0; k < kept.length; k++) {
      anew[Vocabulary.FIRST + kept[k]] = Vocabulary.FIRST + k;
    }
    indices.put(place, anew);
    Vocabulary fitted = Vocabulary.of(all.rule(), IntStream.of(kept).mapToObj(words::get).toList()).with(all.mark());
    return new Field(field.name(), field.type(), List.of(), List.of(Column.text(place.column(data).name(), fitted)));
  }

  private static List<Place> places(Dataset data) {
    return Stream.concat(IntStream.range(0, data.inputs().size()).mapToObj(i -> new Place(false, i)),
        IntStream.range(0, data.targets().size()).mapToObj(i -> new Place(true, i))).toList();
  }

  /// The texts whose words are counted together with those of `place`: each column once, and first the one that the vocabulary is
  /// named after, where it is read.
  private static List<Place> sharing(Dataset data, Place place) {
    String root = place.root(data);
    Set<String> columns = new HashSet<>();
    return places(data).stream().filter(p -> (p.target || data.fittedTo(p.field) == p.field) && p.root(data).equals(root))
        .filter(p -> columns.add(p.column(data).name())).sorted(Comparator.comparing(p -> !p.column(data).name().equals(root))).toList();
  }

  /// Adds how often each index comes in the texts of a part.
  private static void count(Part part, Place place, long[] counts) {
    HostTensor x = HostTensor.allocate(place.in(part.dataset()).type());
    for (int sample : part.samples()) {
      part.dataset().read(sample, place.target, place.field, x.data());
      for (long i = 0; i < x.size(); i++) {
        counts[(int) x.longAt(i)]++;
      }
    }
  }

  /// The places of these words among `words`, of which the first `marks` are none.
  private static int[] mostFrequent(long[] counts, List<String> words, int marks, ColumnType.Text rule) {
    Comparator<Integer> frequent = Comparator.comparingLong(w -> -counts[Vocabulary.FIRST + w]);
    return IntStream.range(marks, words.size()).filter(w -> counts[Vocabulary.FIRST + w] >= rule.minCount()).boxed()
        .sorted(frequent.thenComparing(words::get)).limit(rule.vocabulary()).mapToInt(w -> w).toArray();
  }
}
