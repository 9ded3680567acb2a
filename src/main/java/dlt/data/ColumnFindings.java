package dlt.data;

import dlt.data.Finding.Rule;
import dlt.data.Finding.Severity;
import dlt.data.TableTexts.Texts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// What the columns of a table, features or not, say about how its rows may be divided: groups that lie on both sides, times
/// that were shuffled, row numbers.
final class ColumnFindings {
  /// Fewer samples say nothing.
  private static final int FEW = 20;
  /// Fewer different values are rather a category than groups.
  private static final int FEW_GROUPS = 5;
  /// Beyond these, texts that are no feature and come again are taken for names of groups.
  private static final int MANY_TEXTS = 20;

  private static final Set<String> GROUPS = Set.of("id", "ids", "uid", "uuid", "guid", "patient", "subject", "user", "customer", "client", "group", "person",
      "participant", "account", "device", "session", "household", "family", "speaker", "author", "owner", "animal", "case", "study", "visit");
  private static final Set<String> TIMES = Set.of("date", "datetime", "timestamp", "time", "year", "epoch");
  private static final Pattern WORDS = Pattern.compile("[^A-Za-z]+|(?<=[a-z])(?=[A-Z])");
  private static final Pattern OTHER_DATES = Pattern.compile("\\d{1,2}[./-]\\d{1,2}[./-](\\d{4}|\\d{2})( .*)?");

  private final Data data;
  private final Path base;
  private final Parts parts;
  private final Set<String> features = new HashSet<>();
  private final Set<String> targets = new HashSet<>();
  private final List<Finding> findings = new ArrayList<>();

  private ColumnFindings(Data data, Path base, Parts parts) {
    this.data = data;
    this.base = base;
    this.parts = parts;
    parts.train().dataset().inputs().forEach(f -> f.columns().forEach(c -> features.add(c.name())));
    parts.train().dataset().targets().forEach(f -> f.columns().forEach(c -> targets.add(c.name())));
  }

  static List<Finding> of(Data data, Path base, Parts parts) {
    ColumnFindings r = new ColumnFindings(data, base, parts);
    TableTexts.of(data.train(), base, parts.train().dataset()).ifPresent(r::look);
    return r.findings;
  }

  private void look(TableTexts table) {
    for (Texts c : table.columns()) {
      if (targets.contains(c.name()) || c.count() < FEW) {
        continue;
      }
      if (isTime(c)) {
        time(c);
      } else if (isGroup(c)) {
        group(c);
      }
      if (features.contains(c.name())) {
        rowNumber(c);
      }
    }
  }

  private static boolean named(Set<String> words, String name) {
    return WORDS.splitAsStream(name).anyMatch(w -> words.contains(w.toLowerCase(Locale.ROOT)));
  }

  private static boolean isTime(Texts c) {
    Predicate<String> date = t -> Times.isDate(t) && Double.isNaN(CsvCell.number(t)) || OTHER_DATES.matcher(t).matches();
    return c.texts().size() > 1 && (c.numeric() ? named(TIMES, c.name()) && c.texts().size() >= FEW_GROUPS : c.texts().stream().allMatch(date));
  }

  private void time(Texts c) {
    Split split = data.split().orElse(Split.NONE);
    if (!split.drawn() || split.time().isPresent() || parts.heldOut().stream().noneMatch(p -> p.dataset() == parts.train().dataset())) {
      return;
    }
    boolean readable = c.numeric() || c.texts().stream().allMatch(Times::isDate);
    add(Rule.SHUFFLED_TIME, c, "column '" + c.name() + "' is a time, and the samples for validation and test are drawn from all times: "
        + "the model learns from what comes later", "if it is to foresee, say `split: {time: " + c.name() + ", ...}`"
        + (readable ? "" : " (write the dates as 2024-05-31)"));
  }

  private boolean isGroup(Texts c) {
    int different = c.texts().size();
    boolean text = !c.numeric() && !features.contains(c.name()) && different > MANY_TEXTS;
    return different >= FEW_GROUPS && 2 * different <= c.count() && (text || named(GROUPS, c.name()) && (!c.numeric() || c.whole()));
  }

  private void group(Texts c) {
    if (data.split().flatMap(Split::group).filter(g -> g.column().equals(c.name())).isPresent()) {
      return;
    }
    Set<String> learned = new HashSet<>();
    for (int s : parts.train().samples()) {
      learned.add(c.at(s));
    }
    Set<String> both = new HashSet<>();
    long[] count = {0, 0};
    parts.heldOut().forEach(part -> texts(part, c).ifPresent(own -> {
      for (int s : part.samples()) {
        String text = own.at(s);
        count[1]++;
        if (!text.isEmpty() && learned.contains(text)) {
          count[0]++;
          both.add(text);
        }
      }
    }));
    if (!both.isEmpty()) {
      add(Rule.GROUP_ON_BOTH_SIDES, c, "column '" + c.name() + "' looks like groups, and " + both.size() + " of its " + c.texts().size()
          + " values are on both sides of the split (" + count[0] + " of " + count[1] + " samples for validation and test)",
          "keep what belongs together on one side: `split: {group: " + c.name() + ", ...}`" + (features.contains(c.name()) ? "; as a feature it names the group" : ""));
    }
  }

  /// The same column of the table that `part` is from.
  private Optional<Texts> texts(Part part, Texts c) {
    if (part.dataset() == parts.train().dataset()) {
      return Optional.of(c);
    }
    Optional<Source> source = part.name().equals("test") ? data.test() : data.validation();
    return source.flatMap(s -> TableTexts.of(s, base, part.dataset())).flatMap(t -> t.column(c.name()));
  }

  /// A number of its own for each row: they count the rows, or are called so.
  private void rowNumber(Texts c) {
    if (!c.whole() || c.texts().size() != c.count()) {
      return;
    }
    double[] sorted = c.texts().stream().mapToDouble(CsvCell::number).sorted().toArray();
    boolean ascending = Arrays.equals(sorted, c.texts().stream().mapToDouble(CsvCell::number).toArray());
    double span = sorted[sorted.length - 1] - sorted[0];
    if (span == sorted.length - 1 || ascending && span < 2 * sorted.length || named(GROUPS, c.name())) {
      add(Rule.ROW_NUMBER, c, "column '" + c.name() + "' is a feature and has a number of its own for each row, as row numbers and identifiers have: "
          + "it tells the rows' order, and nothing of new ones", "list it under `ignore`");
    }
  }

  private void add(Rule rule, Texts c, String what, String advice) {
    findings.add(new Finding(Severity.WARNING, rule, "column '" + c.name() + "'", what, advice));
  }
}
