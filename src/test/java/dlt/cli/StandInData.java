package dlt.cli;

import dlt.data.Hdf5;
import dlt.data.Idx;
import dlt.data.Source;
import dlt.data.Synthetic;
import dlt.experiment.Experiment;
import dlt.experiment.ExperimentFile;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/// What makes an experiment small enough for a test: one epoch, few samples of small images, and stand-ins for data that do
/// not come with dlt.
final class StandInData {
  private static final int SIDE = 80, SAMPLES = 16, BATCH = 4, DIGITS = 60, CATS = 24, CAT_SIDE = 8;

  private StandInData() {}

  /// Whether an experiment's data have a stand-in.
  static boolean knows(Experiment experiment) {
    return experiment.data().train() instanceof Idx || experiment.data().train() instanceof Hdf5;
  }

  /// The overrides that make it small; files are written to `folder`.
  static List<String> small(ExperimentFile file, Path folder) throws IOException {
    Experiment experiment = file.experiment();
    List<String> r = new ArrayList<>(List.of("training.epochs=1", "assert=[]"));
    if (experiment.schedule().size() > 1) {
      r.add("schedule=[]");
    }
    stand(r, "data.train", experiment.data().train(), folder);
    if (experiment.data().test().isPresent()) {
      stand(r, "data.test", experiment.data().test().get(), folder);
    }
    if (experiment.data().train() instanceof Synthetic) {
      r.add("training.batch_size=" + BATCH);
    }
    return r;
  }

  // a source without a stand-in comes with dlt
  private static void stand(List<String> overrides, String key, Source source, Path folder) throws IOException {
    switch (source) {
      case Synthetic s -> {
        overrides.add(key + ".synthetic.samples=" + SAMPLES);
        if (s.shape().size() == 3 && s.shape().getLast() > SIDE) {
          overrides.add(key + ".synthetic.shape=[" + s.shape().getFirst() + ", " + SIDE + ", " + SIDE + "]");
        }
      }
      case Idx _ -> {
        overrides.add(key + ".idx.images=" + idx(folder.resolve(key + "-images.gz"), 255, DIGITS, 28, 28));
        overrides.add(key + ".idx.labels=" + idx(folder.resolve(key + "-labels.gz"), 10, DIGITS));
      }
      case Hdf5 h -> overrides.add(key + ".hdf5.path=" + cats(folder.resolve(key + ".h5"), h));
      default -> {}
    }
  }

  /// Colour images as the cat data have them, but smaller: those with the label 1 are brighter.
  private static Path cats(Path file, Hdf5 source) {
    int[][][][] images = new int[CATS][CAT_SIDE][CAT_SIDE][3];
    int[] labels = new int[CATS];
    Random random = new Random(1);
    for (int i = 0; i < CATS; i++) {
      labels[i] = i % 2;
      for (int[][] row : images[i]) {
        for (int[] pixel : row) {
          for (int c = 0; c < pixel.length; c++) {
            pixel[c] = 100 * labels[i] + random.nextInt(156);
          }
        }
      }
    }
    try (WritableHdfFile out = HdfFile.write(file)) {
      out.putDataset(source.arguments().inputs().getFirst(), images);
      out.putDataset(source.arguments().targets().getFirst(), labels);
    }
    return file;
  }

  /// A gzipped idx file of bytes below `limit`; the first of each sample counts up, so that every class occurs.
  private static Path idx(Path file, int limit, int... sizes) throws IOException {
    try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(0x0800 | sizes.length);
      int size = 1;
      for (int s : sizes) {
        out.writeInt(s);
        size *= s;
      }
      Random random = new Random(1);
      for (int i = 0; i < size; i++) {
        out.write(limit == 10 ? i % limit : random.nextInt(limit));
      }
    }
    return file;
  }
}
