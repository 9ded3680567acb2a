package dlt.draft;

import dlt.data.CsvForm;
import dlt.data.TableSurvey;
import dlt.data.TableSurvey.Facts;
import dlt.error.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Drafts an experiment for a table: classes where the target has few values, numbers elsewhere; columns that cannot help, or
/// that give the target away, are left out and named.
final class TableDraft {
  private static final int MOST_CLASSES = 50, FEW_NUMBERS = 20, LISTED = 12, SHORTEST_TEXT = 8, LONGEST_TEXT = 256;

  private final Path data;
  private final String name;
  private final String written;
  private final TableSurvey survey;
  private final List<Facts> columns;
  private final int target;
  private final List<String> seen = new ArrayList<>();
  private final List<String> ignored = new ArrayList<>();
  private final List<Facts> features = new ArrayList<>();
  private final List<Facts> texts = new ArrayList<>();
  /// Of the square images that the other columns are the pixels of; 0 where they are something else.
  private final int side;

  TableDraft(Path data, String name, String written, Optional<String> wanted) {
    this.data = data;
    this.name = name;
    this.written = written;
    this.survey = TableSurvey.of(data);
    this.columns = survey.columns();
    List<String> names = columns.stream().map(Facts::name).toList();
    if (columns.size() < 2) {
      throw new Failure(Failure.Kind.DATA, data + ": has one column, '" + names.getFirst() + "'; a table to learn from needs a target and something to predict it from");
    }
    if (wanted.isPresent() && !names.contains(wanted.get())) {
      throw new Failure(Failure.Kind.USAGE, "--target " + wanted.get() + ": " + data + " has no such column; it has " + String.join(", ", names));
    }
    this.target = wanted.map(names::indexOf).orElseGet(() -> names.stream().filter(n -> Draft.TARGET_NAMES.contains(n.toLowerCase(Locale.ROOT)))
        .findFirst().map(names::indexOf).orElse(names.size() - 1));
    this.side = side(IntStream.range(0, columns.size()).filter(c -> c != target).mapToObj(columns::get).toList());
  }

  Draft draft() {
    Facts t = columns.get(target);
    boolean classes = classes(t);
    describeTarget(t, classes);
    sort();
    if (features.isEmpty() && texts.isEmpty()) {
      throw new Failure(Failure.Kind.DATA, written + ": no column is left to predict " + t.name() + " from: " + String.join("; ", seen));
    }
    if (side > 0) {
      seen.add("the other columns look like the pixels of images of " + side + " x " + side + ", 0 to " + (int) greatest());
    } else if (!features.isEmpty()) {
      describeFeatures();
    }
    Yaml y = new Yaml().comments(seen).line("name: " + Yaml.scalar(name)).line("seed: 42").line("data:");
    y.line("  train: {" + (TableSurvey.parquet(data) ? "parquet" : TableSurvey.lines(data) ? "jsonl" : "csv") + ": {" + String.join(", ", arguments(t)) + "}}");
    y.line("  split: {validation: 0.2" + (classes ? ", stratify: true" : "") + "}");
    if (!features.isEmpty()) {
      y.line(side > 0 ? "  preprocess: [{scale: " + 1 / greatest() + "}]" : "  preprocess: [standardize]                 # with the training part's mean and deviation");
    }
    if (!classes) {
      y.line("  preprocess_targets: [standardize]         # for the loss alone: predictions are in the target's own units");
    }
    int outputs = classes ? t.different() : 1;
    if (side > 0) {
      y.convolutions(side, side, outputs);
    } else {
      y.dense(layers(), t.rows(), outputs);
    }
    y.line("loss: " + (classes ? "cross_entropy" : "mse"))
        .training(t.rows(), side > 0 ? 1500 : 3000, side > 0 ? "2e-3" : "5e-3", classes ? "accuracy, f1_macro" : "mae, rmse, r2");
    return new Draft(name, y.toString(), List.copyOf(seen));
  }

  private void describeTarget(Facts t, boolean classes) {
    seen.add(String.format(Locale.ROOT, "%,d rows, %d columns; target %s: %s", t.rows(), columns.size(), t.name(),
        classes ? t.different() + " classes" : String.format(Locale.ROOT, "numbers from %.4g to %.4g", t.least(), t.greatest())));
    if (t.missing() > 0) {
      seen.add("target " + t.name() + ": missing in " + t.missing() + " rows, which are dropped");
    }
    survey.form().filter(f -> !form(f).isEmpty()).ifPresent(f -> seen.add("read with " + String.join(", ", form(f)).replace("header: false", "header: false (columns c0, c1, ...)")));
  }

  /// Sorts the columns but the target into features, texts and those that are left out.
  private void sort() {
    for (int c = 0; c < columns.size(); c++) {
      Facts f = columns.get(c);
      String why = c == target || side > 0 ? "" : useless(f, c); // a pixel in a corner may well always be 0
      if (!why.isEmpty()) {
        ignored.add(f.name());
        seen.add("left out " + f.name() + ": " + why);
      } else if (c != target && f.words() > 0) {
        texts.add(f);
        seen.add(String.format(Locale.ROOT, "%s: texts, of which 95 %% have %d words at the most", f.name(), f.words()));
      } else if (c != target) {
        features.add(f);
        if (f.missing() > 0) {
          seen.add(f.name() + ": missing in " + f.missing() + (columns.get(target).missing() > 0 ? " rows, which are dropped too" : " rows; the median or no category stands in"));
        }
      }
    }
  }

  /// The arguments of the table with the target `t`.
  private List<String> arguments(Facts t) {
    List<String> r = new ArrayList<>(List.of("path: " + Yaml.scalar(written), "target: " + Yaml.scalar(t.name())));
    if (!texts.isEmpty()) {
      r.addAll(inputs());
    } else if (!ignored.isEmpty()) {
      r.add("ignore: [" + ignored.stream().map(Yaml::scalar).collect(Collectors.joining(", ")) + "]");
    }
    if (t.missing() > 0) {
      r.add("missing: drop");
    } else if (features.stream().anyMatch(f -> f.missing() > 0)) {
      r.add("missing: median");
    }
    if (side > 0) {
      r.add("shape: [1, " + side + ", " + side + "]");
    }
    survey.form().ifPresent(f -> r.addAll(form(f)));
    return r;
  }

  /// The arguments of a table that is said in another form than csv's own.
  private List<String> form(CsvForm form) {
    List<String> r = new ArrayList<>();
    if (form.delimiter() != ',') {
      r.add("delimiter: " + (form.delimiter() == '\t' ? "tab" : Yaml.scalar(Character.toString(form.delimiter()))));
    }
    if (form.decimalComma()) {
      r.add("decimal: ','");
    }
    if (!form.headed()) {
      r.add("header: false");
    }
    return r;
  }

  private static boolean classes(Facts t) {
    if (!t.numeric()) {
      if (t.different() > Math.max(MOST_CLASSES, t.rows() / 10)) {
        throw new Failure(Failure.Kind.USAGE, "target " + t.name() + " has " + t.different() + " different texts in " + t.rows() + " rows; name another with --target");
      }
      return true;
    }
    return t.whole() && t.different() <= FEW_NUMBERS && t.different() * 5 <= t.rows();
  }

  private String useless(Facts f, int column) {
    if (f.different() <= 1) {
      return "it always holds the same";
    }
    if (f.missing() > f.rows() / 2) {
      return "it is missing in more than half of the rows";
    }
    if (f.dates()) {
      return "it holds dates, of which a model sees names alone: make numbers of them, such as the month, or of a series a row's last values; "
          + "to hold out the latest rows: split: {validation: 0.2, time: " + Yaml.scalar(f.name()) + "}";
    }
    if (!f.numeric() && f.words() == 0 && f.different() > Math.max(FEW_NUMBERS, f.rows() / 2)) {
      return "nearly every row has its own text";
    }
    if (f.identifies() && f.whole() && (f.greatest() - f.least() == f.rows() - 1 || f.name().toLowerCase(Locale.ROOT).matches("(.*[_ ])?id|index|.*unnamed.*"))) {
      return "it numbers the rows";
    }
    if (f.words() == 0 && survey.determines(column, target)) {
      return "it gives the target away; put it back if it is known when you predict";
    }
    return "";
  }

  /// The inputs of a table with texts: each text by itself, all other columns together.
  private List<String> inputs() {
    List<String> inputs = new ArrayList<>();
    List<String> types = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      Facts f = texts.get(i);
      inputs.add("text" + number(i) + ": " + Yaml.scalar(f.name()));
      int length = Math.clamp(2 * Integer.highestOneBit(Math.max(1, f.words() - 1)), SHORTEST_TEXT, LONGEST_TEXT);
      types.add(Yaml.scalar(f.name()) + ": {text: {length: " + length + ", min_count: 2}}");
    }
    if (!features.isEmpty()) {
      inputs.add("columns: [" + features.stream().map(f -> Yaml.scalar(f.name())).collect(Collectors.joining(", ")) + "]");
    }
    return List.of("inputs: {" + String.join(", ", inputs) + "}", "types: {" + String.join(", ", types) + "}");
  }

  /// Layers that make one vector of the texts and the other columns: the mean of each text's word vectors.
  private List<String> layers() {
    List<String> r = new ArrayList<>();
    List<String> vectors = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String n = number(i);
      r.add("embedding: {from: text" + n + ", embedding_dim: 32, padding_idx: 0, as: words" + n + "}");
      r.add("masked_mean: {from: [words" + n + ", text" + n + "], as: mean" + n + "}");
      vectors.add("mean" + n);
    }
    if (!features.isEmpty()) {
      vectors.add("columns");
    }
    if (!texts.isEmpty() && vectors.size() > 1) {
      r.add("concat: {from: [" + String.join(", ", vectors) + "]}");
    }
    return r;
  }

  private String number(int i) {
    return texts.size() == 1 ? "" : Integer.toString(i);
  }

  private void describeFeatures() {
    long names = features.stream().filter(f -> !f.numeric()).count();
    seen.add("predicts from " + (features.size() - names) + " columns of numbers" + (names == 0 ? "" : " and " + names + " of categories"));
    features.stream().filter(f -> !f.numeric()).limit(LISTED).forEach(f -> seen.add(f.name() + ": " + f.different() + " categories"));
  }

  private static int side(List<Facts> columns) {
    int side = (int) Math.round(Math.sqrt(columns.size()));
    boolean pixels = side >= 8 && side * side == columns.size()
        && columns.stream().allMatch(f -> f.whole() && f.least() >= 0 && f.greatest() <= 255 && f.missing() == 0);
    return pixels ? side : 0;
  }

  private double greatest() {
    return Math.max(1, features.stream().mapToDouble(Facts::greatest).max().orElse(1));
  }
}
