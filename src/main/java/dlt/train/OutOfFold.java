package dlt.train;

import dlt.backend.Backend;
import dlt.data.Dataset;
import dlt.data.Field;
import dlt.data.Part;
import dlt.experiment.Trainings;
import dlt.run.AtomicFile;
import dlt.run.RunDirectory;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Writes what each sample was predicted by the model that was validated on it: a table with the sample's number and origin,
/// the repeat and the fold, the target and the prediction, fold after fold.
final class OutOfFold {
  /// More numbers than this to a sample make no table.
  static final int MOST_NUMBERS = 1000;

  private final Trainings trainings;
  private final Backend backend;
  private final RunDirectory run;

  OutOfFold(Trainings trainings, Backend backend, RunDirectory run) {
    this.trainings = trainings;
    this.backend = backend;
    this.run = run;
  }

  /// Writes the table; false where samples have too many numbers for one.
  boolean write() {
    SavedModel first = SavedModel.open(run.fold(0));
    List<Field> targets = first.assembly().schema().targets();
    Stream<Shape> shapes = Stream.concat(targets.stream().map(f -> f.type().shape()), first.assembly().outputs().values().stream());
    if (shapes.mapToLong(Shape::size).sum() > MOST_NUMBERS) {
      return false;
    }
    AtomicFile.write(run.outOfFold(), out -> {
      List<String> columns = new ArrayList<>(List.of("sample", "origin", "repeat", "fold"));
      targets.forEach(f -> columns.addAll(columns(f, targets.size() == 1)));
      columns.addAll(new Predictions(first, false).columns());
      line(out, columns);
      for (int i = 0; i < trainings.count(); i++) {
        write(i, SavedModel.open(run.fold(i)), out);
      }
    });
    return true;
  }

  private void write(int fold, SavedModel model, OutputStream out) throws IOException {
    Part part = trainings.parts(fold).validation().orElseThrow();
    int repeat = fold / trainings.file().experiment().data().split().orElseThrow().folds().orElse(1);
    Predictions predictions = new Predictions(model, false);
    int[] at = {0};
    try (Predictor predictor = Predictor.ofWhole(model, backend)) {
      predictor.predict(part, outputs -> {
        int n = outputs.firstEntry().getValue().shape().dim(0);
        for (int i = 0; i < n; i++) {
          int sample = part.samples()[at[0]++];
          List<String> cells = new ArrayList<>(
              List.of(Integer.toString(sample), part.dataset().origin(sample), Integer.toString(repeat), Integer.toString(fold)));
          cells.addAll(targets(part.dataset(), sample));
          cells.addAll(predictions.cells(outputs, i));
          line(out, cells);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static List<String> columns(Field target, boolean single) {
    String name = single ? "target" : target.name();
    int size = target.vocabulary().isPresent() ? 1 : Math.toIntExact(target.type().shape().size());
    List<String> r = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      r.add(size == 1 ? name : name + "_" + i);
    }
    return r;
  }

  private static List<String> targets(Dataset dataset, int sample) {
    List<String> r = new ArrayList<>();
    for (int f = 0; f < dataset.targets().size(); f++) {
      Field field = dataset.targets().get(f);
      HostTensor y = HostTensor.allocate(field.type());
      dataset.read(sample, true, f, y.data());
      if (field.vocabulary().isPresent()) {
        r.add(field.vocabulary().get().text(y));
        continue;
      }
      for (long i = 0; i < y.size(); i++) {
        r.add(text(field, y, i));
      }
    }
    return r;
  }

  /// A class by its name, a number as it is.
  private static String text(Field field, HostTensor y, long i) {
    double v = y.at(i);
    if (v == Math.rint(v) && v >= 0 && v < field.classes().size()) {
      return field.classes().get((int) v);
    }
    return field.type().dtype() == DType.INT64 ? Long.toString(y.longAt(i)) : Float.toString((float) v);
  }

  private static void line(OutputStream out, List<String> cells) {
    try {
      out.write(Predictions.csv(cells).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
