package dlt.data;

import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import java.util.List;

/// Checks of target values, for what only the model or the loss can know.
public final class Targets {
  private Targets() {}

  /// Throws Failure(DATA), naming the first sample at fault, unless every index of target `field` is below `classes` and not
  /// negative (`ignored`, such as PyTorch's -100, may occur).
  public static void checkClasses(Part part, int field, int classes, long ignored) {
    forEach(part, field, (sample, y) -> {
      for (long i = 0; i < y.size(); i++) {
        long c = y.longAt(i);
        if ((c < 0 || c >= classes) && c != ignored) {
          throw wrong(part, field, sample, "is class " + named(part, field, c) + ", but the model's output has classes 0 to " + (classes - 1));
        }
      }
    });
  }

  /// Throws Failure(DATA), naming the first sample at fault, unless every number of target `field` is 1 or -1.
  public static void checkSigns(Part part, int field) {
    forEach(part, field, (sample, y) -> {
      for (long i = 0; i < y.size(); i++) {
        if (Math.abs(y.at(i)) != 1) {
          throw wrong(part, field, sample, "is " + y.at(i) + ", but the loss takes 1 or -1");
        }
      }
    });
  }

  /// Throws Failure(DATA), naming the first sample at fault, unless every sample of target `field` has labels below `classes` and
  /// the `blank` behind them, and `steps` can tell them: one each, and one more between two that are alike.
  public static void checkSequences(Part part, int field, int classes, int blank, int steps) {
    forEach(part, field, (sample, y) -> {
      int length = 0;
      int needed = 0;
      for (int i = 0; i < y.size(); i++) {
        long label = y.longAt(i);
        if (label < 0 || label >= classes) {
          throw wrong(part, field, sample, "holds label " + label + ", but the model's output has labels " + (blank == 0 ? 1 : 0) + " to " + (classes - 1) + " and the blank, " + blank);
        }
        if (label != blank && length < i) {
          throw wrong(part, field, sample, "holds label " + label + " behind a " + blank + ", but " + blank + " is the blank and ends the labels");
        }
        if (label != blank) {
          needed += i > 0 && y.longAt(i - 1) == label ? 2 : 1;
          length++;
        }
      }
      if (needed > steps) {
        throw wrong(part, field, sample, "has " + length + " labels, which take " + needed + " steps at least (one each, and one more between two that are alike), "
            + "but the model's output has " + steps + "; `zero_infinity: true` leaves such samples out");
      }
    });
  }

  private static Failure wrong(Part part, int field, int sample, String what) {
    return new Failure(Failure.Kind.DATA, part.dataset().origin(sample) + ": target '" + part.dataset().targets().get(field).name() + "' " + what);
  }

  private static String named(Part part, int field, long c) {
    List<String> names = part.dataset().targets().get(field).classes();
    boolean other = c >= 0 && c < names.size() && !names.get((int) c).equals(Long.toString(c));
    return other ? c + " (" + names.get((int) c) + ")" : Long.toString(c);
  }

  /// Throws Failure(DATA), naming the first sample at fault, unless every number of target `field` lies in `low..high`.
  public static void checkRange(Part part, int field, double low, double high) {
    forEach(part, field, (sample, y) -> {
      for (long i = 0; i < y.size(); i++) {
        if (!(y.at(i) >= low && y.at(i) <= high)) {
          throw wrong(part, field, sample, "is " + y.at(i) + ", but the loss takes " + low + " to " + high);
        }
      }
    });
  }

  /// The one number of each sample of target `field`, such as its class.
  public static double[] numbers(Part part, int field) {
    double[] r = new double[part.size()];
    int[] next = {0};
    forEach(part, field, (_, y) -> r[next[0]++] = y.dtype() == DType.INT64 ? y.longAt(0) : y.at(0));
    return r;
  }

  /// How many elements of target `field` belong to each class.
  public static long[] counts(Part part, int field, int classes) {
    long[] r = new long[classes];
    forEach(
        part,
        field,
        (_, y) -> {
          for (long i = 0; i < y.size(); i++) {
            long c = y.longAt(i);
            if (c >= 0 && c < classes) {
              r[(int) c]++;
            }
          }
        });
    return r;
  }

  /// The mean of each of `columns` columns of target `field`, whose elements belong to them in turn.
  public static double[] means(Part part, int field, int columns) {
    double[] r = new double[columns];
    long[] elements = {0};
    forEach(
        part,
        field,
        (_, y) -> {
          for (long i = 0; i < y.size(); i++) {
            r[(int) (i % columns)] += y.at(i);
          }
          elements[0] += y.size();
        });
    for (int c = 0; c < columns; c++) {
      r[c] *= (double) columns / elements[0];
    }
    return r;
  }

  private static void forEach(Part part, int field, Visitor consumer) {
    HostTensor y = HostTensor.allocate(part.dataset().targets().get(field).type());
    for (int sample : part.samples()) {
      part.dataset().read(sample, true, field, y.data());
      consumer.accept(sample, y);
    }
  }

  private interface Visitor {
    void accept(int sample, HostTensor target);
  }
}
