package dlt.data;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// The class of each sample, from 0 to `count - 1` in the order of the classes.
record Strata(int[] of, int count) {
  /// All in one.
  static Strata one(int n) {
    return new Strata(new int[n], 1);
  }

  /// By the first target. Throws Failure(DATA) where it is not one class a sample.
  static Strata of(Dataset dataset) {
    if (dataset.targets().isEmpty() || dataset.targets().getFirst().type().shape().size() != 1) {
      throw new Failure(Failure.Kind.DATA, "split: `stratify` needs a target that is one class a sample");
    }
    HostTensor y = HostTensor.allocate(dataset.targets().getFirst().type());
    SortedMap<Double, IntStream.Builder> classes = new TreeMap<>();
    for (int sample = 0; sample < dataset.size(); sample++) {
      dataset.read(sample, true, 0, y.data());
      if (!CsvCell.whole(y.at(0))) {
        throw new Failure(Failure.Kind.DATA, dataset.origin(sample) + ": `stratify` needs classes, and the target is " + y.at(0));
      }
      classes.computeIfAbsent(y.at(0), _ -> IntStream.builder()).add(sample);
    }
    int[] of = new int[dataset.size()];
    int c = 0;
    for (IntStream.Builder samples : classes.values()) {
      int index = c++;
      samples.build().forEach(s -> of[s] = index);
    }
    return new Strata(of, c);
  }

  /// `samples` by class, each in the order given.
  int[][] divide(int[] samples) {
    IntStream.Builder[] r = new IntStream.Builder[count];
    Arrays.setAll(r, _ -> IntStream.builder());
    for (int s : samples) {
      r[of[s]].add(s);
    }
    return Arrays.stream(r).map(b -> b.build().toArray()).toArray(int[][]::new);
  }

  /// The samples of each name together, in the order in which the names are met.
  static List<int[]> byName(List<String> names) {
    Map<String, IntStream.Builder> r = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      r.computeIfAbsent(names.get(i), _ -> IntStream.builder()).add(i);
    }
    return r.values().stream().map(b -> b.build().toArray()).toList();
  }

  /// Each sample by itself.
  static List<int[]> singles(int n) {
    List<int[]> r = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      r.add(new int[] {i});
    }
    return r;
  }
}
