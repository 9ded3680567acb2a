package dlt.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.data.Column;
import dlt.data.Field;
import dlt.experiment.Assembly;
import dlt.metric.ClassReport;
import dlt.metric.ConfusionMatrix;
import dlt.run.MetricsLog;
import dlt.train.Scores;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// What an evaluation says of each class or label: for people as a table, for scripts as an object by name.
final class ClassTable {
  /// Larger confusion matrices are for scripts alone.
  private static final int MOST_COLUMNS = 12;
  /// More classes too: words.
  private static final int MOST_ROWS = 1000;

  private final Scores scores;
  private final List<String> names;

  ClassTable(Scores scores, Assembly assembly) {
    this.scores = scores;
    this.names = names(scores.report().size(), assembly);
  }

  /// Of so many classes or labels: those of the data where they have names, else no and yes, or their numbers.
  private static List<String> names(int count, Assembly assembly) {
    if (assembly.targetField(assembly.scored()).isPresent()) {
      Field target = assembly.targetField(assembly.scored()).get();
      List<String> columns = target.columns().stream().map(Column::name).toList();
      if (target.classes().size() == count) {
        return target.classes();
      }
      if (target.vocabulary().isPresent() && target.vocabulary().get().size() == count) {
        return target.vocabulary().get().names();
      }
      if (columns.size() == count) {
        return columns;
      }
    }
    return count == 2 ? List.of("no", "yes") : IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }

  void put(ObjectNode document) {
    if (names.isEmpty()) {
      return;
    }
    ObjectNode classes = document.putObject("classes");
    for (int i = 0; i < names.size(); i++) {
      ClassReport r = scores.report().get(i);
      ObjectNode c = classes.putObject(names.get(i));
      MetricsLog.put(c, "precision", r.precision());
      MetricsLog.put(c, "recall", r.recall());
      MetricsLog.put(c, "f1", r.f1());
      c.put("support", r.support());
    }
  }

  /// Lines that begin with a line break; an empty text where there are no classes.
  String text() {
    int wide = Math.max(1, names.stream().mapToInt(String::length).max().orElse(0));
    StringBuilder b = new StringBuilder();
    if (names.isEmpty() || names.size() > MOST_ROWS) {
      return "";
    }
    b.append(String.format(Locale.ROOT, "%n%" + wide + "s  precision  recall      f1   support", ""));
    for (int i = 0; i < names.size(); i++) {
      ClassReport r = scores.report().get(i);
      b.append(String.format(Locale.ROOT, "%n%" + wide + "s  %9.4f  %6.4f  %6.4f  %8d", names.get(i), r.precision(), r.recall(), r.f1(), r.support()));
    }
    scores.confusion().filter(_ -> names.size() <= MOST_COLUMNS).ifPresent(c -> confusion(b, c, wide));
    return b.toString();
  }

  private void confusion(StringBuilder b, ConfusionMatrix matrix, int wide) {
    int cell = Math.max(wide, matrix.counts().stream().flatMap(List::stream).mapToInt(n -> Long.toString(n).length()).max().orElse(1));
    b.append(String.format(Locale.ROOT, "%nconfusion: a row for each class, a column for what it was taken for%n%" + wide + "s", ""));
    names.forEach(n -> b.append(String.format(Locale.ROOT, "  %" + cell + "s", n)));
    for (int i = 0; i < names.size(); i++) {
      b.append(String.format(Locale.ROOT, "%n%" + wide + "s", names.get(i)));
      matrix.counts().get(i).forEach(n -> b.append(String.format(Locale.ROOT, "  %" + cell + "d", n)));
    }
  }
}
