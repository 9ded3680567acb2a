package dlt.report;

import dlt.backend.Backend;
import dlt.data.Field;
import dlt.data.Part;
import dlt.data.Parts;
import dlt.data.Targets;
import dlt.error.Failure;
import dlt.run.History;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.train.Gradients;
import dlt.train.SavedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Everything that the page about one run shows.
public record RunReport(
    RunDirectory run, Manifest manifest, String config, History history, SavedModel model, Parts parts, Part shown, Findings findings,
    Map<String, HostTensor> gradients) {
  /// More than these make no table.
  static final int MOST_CLASSES = 30;

  /// Evaluates the selected model of `run` on its test part, or else its validation part, or else what it was trained on.
  /// Throws a [Failure] where the run has no model yet or its data are gone.
  public static RunReport of(RunDirectory run, Backend backend) {
    SavedModel model = SavedModel.open(run);
    Parts parts = model.parts();
    Part shown = parts.judged();
    try {
      return new RunReport(run, Manifest.read(run), Files.readString(run.config()), History.read(run), model, parts, shown,
          Findings.of(model, backend, shown), Gradients.of(model, parts.train(), backend));
    } catch (IOException e) {
      throw new Failure(Failure.Kind.DATA, run.config() + ": could not be read: " + Failure.reason(e), e);
    }
  }

  /// A row for each part: its name, its samples, and the share of each class where the target is classes.
  List<List<String>> partRows() {
    List<List<String>> r = new ArrayList<>();
    for (Part part : parts.all()) {
      List<String> row = new ArrayList<>(List.of(part.name(), String.format(Locale.ROOT, "%,d", part.size())));
      if (classes() > 0) {
        long[] counts = Targets.counts(part, 0, classes());
        double sum = Math.max(1, Arrays.stream(counts).sum());
        Arrays.stream(counts).forEach(c -> row.add(String.format(Locale.ROOT, "%.1f %%", 100 * c / sum)));
      }
      r.add(row);
    }
    return r;
  }

  List<String> partHeading() {
    List<String> r = new ArrayList<>(List.of("part", "samples"));
    for (int c = 0; c < classes(); c++) {
      r.add(className(c));
    }
    return r;
  }

  /// The classes of the first target, where they are few enough for a table; 0 elsewhere.
  private int classes() {
    List<Field> targets = shown.dataset().targets();
    int n = findings.confusion().map(c -> c.counts().size()).orElse(0);
    return !targets.isEmpty() && targets.getFirst().type().dtype() == DType.INT64 && n <= MOST_CLASSES ? n : 0;
  }

  String className(int c) {
    return c < findings.classes().size() ? findings.classes().get(c) : Integer.toString(c);
  }

  Optional<String> picture(Findings.Example e) {
    return Picture.of(shown, e.sample());
  }

  /// The words of the sample's texts, as the model sees them, a text each.
  List<String> texts(Findings.Example e) {
    List<String> r = new ArrayList<>();
    for (int i = 0; i < shown.dataset().inputs().size(); i++) {
      Field field = shown.dataset().inputs().get(i);
      if (field.vocabulary().isPresent()) {
        HostTensor indices = HostTensor.allocate(field.type());
        shown.dataset().read(e.sample(), false, i, indices.data());
        r.add(field.vocabulary().get().text(indices));
      }
    }
    return r;
  }
}
