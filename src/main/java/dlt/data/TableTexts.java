package dlt.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/// All columns of a table that hold texts or numbers, as texts, also those that are neither features nor targets, in the order of a data set's samples, or of
/// the table's first rows.
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
      case Csv csv -> Optional.of(read(new CsvRows(SourceFile.of(base, csv.arguments().path()), csv.form()), csv, dataset));
      case Parquet parquet -> Optional.of(read(new ParquetRows(SourceFile.of(base, parquet.arguments().path())), parquet, dataset));
      case Jsonl jsonl -> Optional.of(read(new JsonlRows(SourceFile.of(base, jsonl.arguments().path())), jsonl, dataset));
      case Text _, Idx _, Npz _, Npy _, Safetensors _, Hdf5 _, Images _, ImageMasks _, Synthetic _, Composition _ -> Optional.empty();
    };
  }

  private static TableTexts read(TableRows rows, Table table, Dataset dataset) {
    Map<String, Integer> samples = HashMap.newHashMap(dataset.size());
    for (int i = 0; i < dataset.size(); i++) {
      samples.put(dataset.origin(i), i); // rows may have been dropped
    }
    return read(rows, table.missingValues(), dataset.size(), place -> samples.getOrDefault(rows.at(place), -1));
  }

  /// The first rows of a table, `most` at the most.
  static TableTexts first(TableRows rows, Collection<String> missing, int most) {
    int[] next = {0};
    return read(rows, missing, 0, _ -> next[0] < most ? next[0]++ : -1);
  }

  /// Of `size` samples, or as many as come: `sample` says which one the row at a place is, -1 for none.
  private static TableTexts read(TableRows rows, Collection<String> missing, int size, IntUnaryOperator sample) {
    List<String> header = rows.header();
    int[] columns = IntStream.range(0, header.size()).filter(rows::reads).toArray();
    int n = columns.length;
    int[][] ids = new int[n][size];
    List<Map<String, Integer>> known = new ArrayList<>();
    for (int c = 0; c < n; c++) {
      Arrays.fill(ids[c], -1);
      known.add(new LinkedHashMap<>());
    }
    int[] samples = {size};
    rows.forEach(columns, (place, cells) -> {
      int at = sample.applyAsInt(place);
      samples[0] = Math.max(samples[0], at + 1);
      for (int c = 0; at >= 0 && c < n; c++) {
        if (at >= ids[c].length) {
          ids[c] = Arrays.copyOf(ids[c], Math.max(1024, 2 * at));
        }
        String text = text(rows.kind(columns[c]), cells, columns[c]);
        Map<String, Integer> of = known.get(c);
        ids[c][at] = text.isEmpty() || missing.contains(text) ? -1 : of.computeIfAbsent(text, _ -> of.size());
      }
    });
    TableTexts r = new TableTexts();
    for (int c = 0; c < n; c++) {
      r.columns.add(new Texts(header.get(columns[c]), Arrays.copyOf(ids[c], samples[0]), List.copyOf(known.get(c).keySet())));
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
