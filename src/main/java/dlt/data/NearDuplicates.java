package dlt.data;

import dlt.tensor.Philox;
import dlt.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Samples for validation and test that are all but the same as one to learn from: rows copied with other rounding, images
/// saved anew.
///
/// Rows of numbers are near where each number is within a thousandth of its column's standard deviation; a table needs three
/// columns of more than twenty different values, for else rows are near by chance. Images (of at least 16 x 16) are near where
/// their 8 x 8 difference hashes differ in at most seven of 64 bits and their 16 x 16 miniatures by 1 % of the range on average.
/// Those that are the same bit by bit are told by [Duplicates].
final class NearDuplicates {
  private static final double TOLERANCE = 1e-3;
  private static final int MANY_VALUES = 20, FEWEST_COLUMNS = 3, FEATURES = 4096;
  /// Samples of each part beyond these are not looked at.
  private static final int SAMPLES = 50_000;
  /// Samples that one is held against.
  private static final int CANDIDATES = 2_000;
  private static final int SMALLEST_IMAGE = 16;

  private NearDuplicates() {}

  static Optional<Finding> of(Parts parts) {
    List<Part> held = parts.heldOut();
    List<Field> inputs = parts.train().dataset().inputs();
    if (held.isEmpty() || inputs.size() != 1 || inputs.getFirst().vocabulary().isPresent()) {
      return Optional.empty();
    }
    Shape shape = inputs.getFirst().type().shape();
    if (shape.rank() == 1 && shape.size() <= FEATURES) {
      return rows(parts.train(), held, inputs.getFirst());
    }
    return shape.rank() == 3 && shape.dim(1) >= SMALLEST_IMAGE && shape.dim(2) >= SMALLEST_IMAGE ? images(parts.train(), held) : Optional.empty();
  }

  private static Optional<Finding> rows(Part train, List<Part> held, Field field) {
    double[][] learned = rows(train);
    double[] scale = scale(learned, field);
    if (Arrays.stream(scale).filter(s -> s > 0).count() < FEWEST_COLUMNS) {
      return Optional.empty();
    }
    double[] weights = new double[scale.length];
    Philox random = new Philox(0, Philox.Purpose.SYNTHETIC.stream(0), 0);
    double reach = 0;
    for (int c = 0; c < weights.length; c++) {
      weights[c] = scale[c] > 0 ? (random.uniform(c) + 0.5) / scale[c] : 0;
      reach += Math.abs(weights[c] * scale[c]) * TOLERANCE;
    }
    double[] unordered = Arrays.stream(learned).mapToDouble(r -> projection(r, weights)).toArray();
    int[] order = IntStream.range(0, learned.length).boxed().sorted((a, b) -> Double.compare(unordered[a], unordered[b])).mapToInt(i -> i).toArray();
    double[] sorted = Arrays.stream(order).mapToDouble(i -> unordered[i]).toArray();
    Found pairs = new Found();
    for (Part part : held) {
      double[][] own = rows(part);
      for (int i = 0; i < own.length; i++) {
        double at = projection(own[i], weights);
        int from = Arrays.binarySearch(sorted, at - reach);
        for (int k = from < 0 ? -from - 1 : from, tried = 0; k < sorted.length && sorted[k] <= at + reach && tried < CANDIDATES; k++, tried++) {
          if (near(own[i], learned[order[k]], scale)) {
            pairs.add(part, i, train, order[k]);
            break;
          }
        }
      }
    }
    return pairs.finding("each number within a thousandth of its column's standard deviation");
  }

  private static double[][] rows(Part part) {
    double[][] columns = FeatureFindings.columns(part, false, 0);
    return IntStream.range(0, Math.min(SAMPLES, columns[0].length)).mapToObj(i -> Arrays.stream(columns).mapToDouble(c -> c[i]).toArray()).toArray(double[][]::new);
  }

  /// The standard deviation of each column of many different numbers; 0 for the others, which have to be equal.
  private static double[] scale(double[][] rows, Field field) {
    double[] r = new double[rows[0].length];
    for (int c = 0; c < r.length; c++) {
      int column = c;
      boolean categorical = c < field.columns().size() && field.columns().get(c).categorical();
      double[] values = Arrays.stream(rows).mapToDouble(row -> row[column]).filter(Double::isFinite).toArray();
      if (!categorical && Arrays.stream(values).distinct().limit(MANY_VALUES + 1).count() > MANY_VALUES) {
        double mean = Arrays.stream(values).average().orElse(0);
        r[c] = Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(0));
      }
    }
    return r;
  }

  private static double projection(double[] row, double[] weights) {
    double sum = 0;
    for (int c = 0; c < row.length; c++) {
      sum += weights[c] == 0 || Double.isNaN(row[c]) ? 0 : weights[c] * row[c];
    }
    return sum;
  }

  private static boolean near(double[] a, double[] b, double[] scale) {
    boolean same = true;
    for (int c = 0; c < a.length; c++) {
      if (Double.compare(a[c], b[c]) == 0) {
        continue;
      }
      same = false;
      if (!(Math.abs(a[c] - b[c]) <= TOLERANCE * scale[c])) {
        return false;
      }
    }
    return !same;
  }

  private static Optional<Finding> images(Part train, List<Part> held) {
    List<Miniature> learned = Miniature.of(train, SAMPLES);
    double range = learned.stream().mapToDouble(Miniature::greatest).max().orElse(0) - learned.stream().mapToDouble(Miniature::least).min().orElse(0);
    Miniature.Index index = new Miniature.Index(learned, CANDIDATES);
    Found pairs = new Found();
    for (Part part : held) {
      List<Miniature> own = Miniature.of(part, SAMPLES);
      for (int i = 0; i < own.size(); i++) {
        int other = index.near(own.get(i), range);
        if (other >= 0) {
          pairs.add(part, i, train, other);
        }
      }
    }
    return pairs.finding("their miniatures differ by less than 1 %");
  }

  /// What was found so far.
  private static final class Found {
    private int count;
    private String place = "";
    private String example = "";

    void add(Part part, int held, Part train, int learned) {
      if (count++ == 0) {
        place = part.dataset().origin(part.samples()[held]);
        example = place + " as " + train.dataset().origin(train.samples()[learned]);
      }
    }

    Optional<Finding> finding(String rule) {
      return count == 0 ? Optional.empty() : Optional.of(new Finding(Finding.Severity.WARNING, Finding.Rule.NEAR_DUPLICATES, place,
          count + (count == 1 ? " sample" : " samples") + " for validation or test " + (count == 1 ? "is" : "are")
              + " nearly the same as one of the training part (" + rule + "), such as " + example,
          "drop them, or keep them together with split.group"));
    }
  }
}
