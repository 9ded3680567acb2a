package dlt.report;

import dlt.run.History;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import dlt.train.CrossValidation;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What each fold of a run came to, and their mean and standard deviation (n - 1); no rows where a run has no folds.
record FoldTable(List<String> heading, List<List<String>> rows) {
  static FoldTable of(RunDirectory run) {
    List<RunDirectory> folds = IntStream.iterate(0, i -> i + 1).mapToObj(run::fold).takeWhile(f -> Files.exists(f.manifest())).toList();
    List<SequencedMap<String, Double>> results = folds.stream().map(f -> Manifest.read(f).results()).toList();
    // figures without a part are those of one of the parts again
    List<String> names = results.isEmpty() ? List.of() : results.getFirst().keySet().stream().filter(n -> n.startsWith("validation.") || n.startsWith("test.")).toList();
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < folds.size(); i++) {
      History history = History.read(folds.get(i));
      List<String> row = new ArrayList<>(List.of(Integer.toString(i), (history.bestEpoch().isPresent() ? history.bestEpoch().getAsInt() : "-") + " of " + history.epochs().size()));
      SequencedMap<String, Double> own = results.get(i);
      names.forEach(n -> row.add(Comparison.figure(own.getOrDefault(n, Double.NaN))));
      rows.add(row);
    }
    if (folds.size() > 1) {
      List<String> mean = new ArrayList<>(List.of("mean", "")), deviation = new ArrayList<>(List.of("std", ""));
      for (String n : names) {
        double[] values = results.stream().mapToDouble(r -> r.getOrDefault(n, Double.NaN)).toArray();
        mean.add(Comparison.figure(CrossValidation.mean(values)));
        deviation.add(Comparison.figure(CrossValidation.deviation(values)));
      }
      rows.add(mean);
      rows.add(deviation);
    }
    List<String> heading = Stream.concat(Stream.of("fold", "best epoch"), names.stream().map(n -> n.replace('.', ' '))).toList();
    return new FoldTable(heading, List.copyOf(rows));
  }
}
