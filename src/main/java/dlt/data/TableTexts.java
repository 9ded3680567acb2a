package dlt.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// All columns of a table as texts, also those that are neither features nor targets, in the order of a data set's samples.
final class TableTexts {
  /// A column: the number of each sample's text among `texts`, -1 where it is missing.
  record Texts(String name, int[] ids, List<String> texts) {
    String at(int sample) {
      return ids[sample] < 0 ? "" : texts.get(ids[sample]);
    }

    /// The samples with a text.
    int count() {
      return (int) Arrays.stream(ids).filter(i -> i >= 0).count();
    }

    /// Whether all texts are numbers.
    boolean numeric() {
      return texts.stream().noneMatch(t -> Double.isNaN(CsvCell.number(t)));
    }

    /// Whether all texts are whole numbers.
    boolean whole() {
      return texts.stream().allMatch(t -> CsvCell.whole(CsvCell.number(t)));
    }
  }

  private final List<Texts> columns = new ArrayList<>();

  private TableTexts() {}

  /// The columns of the table that `dataset` was read from; empty where `source` is no table.
  static Optional<TableTexts> of(Source source, Path base, Dataset dataset) {
    return switch (source) {
      case Csv csv -> Optional.of(read(new CsvRows(SourceFile.of(base, csv.path()), csv.separator(), csv.header()), csv, dataset));
      case Parquet parquet -> Optional.of(read(new ParquetRows(SourceFile.of(base, parquet.path())), parquet, dataset));
      case Idx _, Npz _, Npy _, Safetensors _, Hdf5 _, Images _, ImageMasks _, Synthetic _, Composition _ -> Optional.empty();
    };
  }

  private static TableTexts read(TableRows rows, Table table, Dataset dataset) {
    Map<String, Integer> samples = HashMap.newHashMap(dataset.size());
    for (int i = 0; i < dataset.size(); i++) {
      samples.put(dataset.origin(i), i); // rows may have been dropped
    }
    List<String> header = rows.header();
    int n = header.size();
    int[][] ids = new int[n][dataset.size()];
    List<Map<String, Integer>> known = new ArrayList<>();
    for (int c = 0; c < n; c++) {
      Arrays.fill(ids[c], -1);
      known.add(new LinkedHashMap<>());
    }
    int[] all = IntStream.range(0, n).toArray();
    rows.forEach(all, (place, cells) -> {
      Integer sample = samples.get(rows.at(place));
      for (int c = 0; sample != null && c < n; c++) {
        String text = text(rows.kind(c), cells, c);
        if (!text.isEmpty() && !table.missingValues().contains(text)) {
          Map<String, Integer> of = known.get(c);
          ids[c][sample] = of.computeIfAbsent(text, _ -> of.size());
        }
      }
    });
    TableTexts r = new TableTexts();
    for (int c = 0; c < n; c++) {
      r.columns.add(new Texts(header.get(c), ids[c], List.copyOf(known.get(c).keySet())));
    }
    return r;
  }

  private static String text(TableRows.Kind kind, TableRows.Cells cells, int column) {
    return switch (kind) {
      case TEXT -> {
        String text = cells.text(column);
        yield text == null ? "" : text.strip();
      }
      case NUMBER, BOOLEAN -> Double.isNaN(cells.number(column)) ? "" : CsvCell.canonical(Double.toString(cells.number(column)));
    };
  }

  List<Texts> columns() {
    return List.copyOf(columns);
  }

  Optional<Texts> column(String name) {
    return columns.stream().filter(c -> c.name.equals(name)).findFirst();
  }
}
