package dlt.cli;

import dlt.config.Argument;
import dlt.config.Kinds;
import dlt.data.Augment;
import dlt.data.ColumnType;
import dlt.data.Preprocess;
import dlt.data.Source;
import dlt.data.Split;
import dlt.data.Data;
import dlt.experiment.Experiment;
import dlt.experiment.Export;
import dlt.experiment.Model;
import dlt.experiment.Select;
import dlt.experiment.Training;
import dlt.experiment.Weights;
import dlt.layer.Layer;
import dlt.layer.WeightInit;
import dlt.loss.Loss;
import dlt.metric.Metric;
import dlt.optim.Average;
import dlt.optim.GradientClip;
import dlt.optim.Group;
import dlt.optim.Optimizer;
import dlt.optim.Phase;
import dlt.optim.Schedule;
import java.util.List;
import java.util.Map;

/// The experiment reference of the README, from the records that the file is bound to.
final class Reference {
  private static final List<Class<? extends Record>> SECTIONS = List.of(Experiment.class, Data.class, Split.class, Model.class, Weights.class,
      Training.class, GradientClip.class, Training.EarlyStopping.class, Select.class, Export.Onnx.class, Phase.class, Group.class);
  private static final List<Class<?>> KINDS = List.of(Source.class, ColumnType.class, Preprocess.class, Augment.class, Layer.class, WeightInit.class, Loss.class, Optimizer.class, Schedule.class, Average.class);

  private Reference() {}

  /// Markdown: a table for each section of the file, and one for each family of kinds.
  static String markdown() {
    StringBuilder b = new StringBuilder();
    for (Class<? extends Record> section : SECTIONS) {
      b.append("#### ").append(section == Experiment.class ? "The file" : "`" + title(section) + "`").append("\n\n");
      b.append("| key | takes | default | meaning |\n|---|---|---|---|\n");
      for (Argument a : Argument.keys(section)) {
        b.append("| `").append(a.key()).append("` | ").append(cell(a.typeText())).append(" | ")
            .append(a.required() ? "required" : a.defaultText().map(d -> "`" + cell(d) + "`").orElse("")).append(" | ").append(cell(a.doc())).append(" |\n");
      }
      b.append('\n');
    }
    for (Class<?> family : KINDS) {
      b.append("#### Kinds of ").append(title(family).replace('_', ' ')).append("\n\n| kind | arguments (default) | meaning |\n|---|---|---|\n");
      for (Map.Entry<String, Class<? extends Record>> kind : Kinds.of(family).entrySet()) {
        if (Kinds.aliases(kind.getValue()).contains(kind.getKey())) {
          continue;
        }
        b.append("| `").append(kind.getKey()).append('`');
        Kinds.aliases(kind.getValue()).forEach(alias -> b.append(", `").append(alias).append('`'));
        b.append(" | ").append(arguments(kind.getValue())).append(" | ").append(cell(Kinds.doc(kind.getValue()))).append(" |\n");
      }
      b.append('\n');
    }
    b.append("#### Metrics\n\n| metric | meaning |\n|---|---|\n");
    Kinds.constants(Metric.class).forEach((name, metric) -> b.append("| `").append(name).append("` | ").append(cell(Kinds.doc(metric))).append(" |\n"));
    return b.toString();
  }

  private static String arguments(Class<? extends Record> kind) {
    StringBuilder b = new StringBuilder();
    for (Argument a : Argument.keys(kind)) {
      b.append(b.isEmpty() ? "" : ", ").append('`').append(a.key()).append('`');
      a.defaultText().ifPresent(d -> b.append(" (").append(cell(d)).append(')'));
    }
    return b.toString();
  }

  private static String title(Class<?> type) {
    return Kinds.name(type);
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
