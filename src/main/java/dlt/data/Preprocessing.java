package dlt.data;

import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/// The preprocessing of one input or target, with its numbers: `steps` in their order turn samples of `input.type()` into samples of
/// `output`. An int64 input is left as it is.
public record Preprocessing(Field input, List<Fitted> steps, TensorType output) {
  /// What factors such as 0.00392157 for 1 / 255 may leave above 1.
  private static final double ROUNDING = 1e-5;

  public Preprocessing {
    steps = List.copyOf(steps);
  }

  /// What stands before a step: the shape of a sample, and which features are categorical (empty: none).
  private record State(Shape shape, List<Column> columns) {
    boolean categorical() {
      return columns.stream().anyMatch(Column::categorical);
    }

    /// How many groups of neighbouring elements share a number.
    int groups(Preprocess.Per per) {
      return switch (per) {
        case GLOBAL -> 1;
        case PER_CHANNEL -> shape.rank() == 0 ? 1 : shape.dim(0);
        case PER_FEATURE -> Math.toIntExact(shape.size());
      };
    }

    State after(Fitted step) {
      return switch (step) {
        case Fitted.Affine _, Fitted.Fill _, Fitted.Log _ -> this;
        case Fitted.OneHot o -> new State(Shape.of(o.width()), List.of());
      };
    }
  }

  /// Makes the numbers of a step.
  private interface Fitter {
    Fitted fit(Preprocess step, int index, State state, List<Fitted> before);
  }

  /// The type that comes out, known before any data are read. Throws Failure(USAGE) where a step does not fit the input.
  public static TensorType output(List<Preprocess> steps, Field input) {
    return walk(steps, input, (step, _, state, _) -> blank(step, state)).output;
  }

  /// Fits `steps` ([Data#steps]) to the input `field` over `train`: each to what the steps before it leave, in float64 and in
  /// the order of the samples, so that the same data give the same bits. Throws Failure(DATA) where a value is missing (NaN)
  /// and no step fills it in.
  public static Preprocessing fit(List<Preprocess> steps, Part train, int field) {
    Preprocessing fitted =
        walk(
            steps,
            train.dataset().inputs().get(field),
            (step, _, state, before) -> fit(step, state, new Statistics(train, false, train.dataset().fittedTo(field), before)));
    fitted.requireNothingMissing(train, field);
    return fitted;
  }

  /// Fits `steps` ([Data#preprocessTargets]) to the target `field` over `train`, as [#fit].
  public static Preprocessing fitTarget(List<Preprocess> steps, Part train, int field) {
    return walk(steps, train.dataset().targets().get(field),
        (step, _, state, before) -> fit(step, state, new Statistics(train, true, field, before)));
  }

  /// Throws Failure(DATA) where a value of the input `field` is missing and no step fills it in.
  public void requireNothingMissing(Part part, int field) {
    if (input.type().dtype() == DType.FLOAT32 && part.dataset().mayMiss() && steps.stream().noneMatch(Fitted.Fill.class::isInstance)) {
      new Statistics(part, false, field, List.of()).requireNothingMissing();
    }
  }

  /// Throws Failure(DATA) where the input (or target) `field` of `part` has a number that a `log` step knows no logarithm of.
  public void requireLogarithms(Part part, boolean target, int field) {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) instanceof Fitted.Log l) {
        new Statistics(part, target, field, steps.subList(0, i)).requireLogarithms(l);
      }
    }
  }

  /// Throws Failure(DATA) where what it makes of the input `field` of `part` leaves `min` to `max` by more than rounding.
  public void checkRange(Part part, int field, double min, double max) {
    Statistics.Moments m = new Statistics(part, false, field, steps).moments(1, new boolean[1]);
    double slack = ROUNDING * (max - min);
    if (m.least()[0] < min - slack || m.most()[0] > max + slack) {
      throw new Failure(Failure.Kind.DATA, String.format(Locale.ROOT, "the input '%s' as the target: found numbers from %.4g to %.4g in the %s part, expected %.4g to %.4g"
          + "; put `scale` or `min_max` into data.preprocess", input.name(), m.least()[0], m.most()[0], part.name(), min, max));
    }
  }

  /// The numbers by name, `0.center` and so on: with them and the same steps, [#restore] makes the same object.
  public SequencedMap<String, HostTensor> tensors() {
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    for (int i = 0; i < steps.size(); i++) {
      for (Map.Entry<String, HostTensor> e : steps.get(i).tensors().entrySet()) {
        r.put(i + "." + e.getKey(), e.getValue());
      }
    }
    return r;
  }

  /// What [#fit] gave, from its numbers. Throws Failure(DATA) where they do not belong to these steps.
  public static Preprocessing restore(List<Preprocess> steps, Field input, Map<String, HostTensor> tensors) {
    Preprocessing r =
        walk(
            steps,
            input,
            (step, index, state, _) ->
                switch (blank(step, state)) {
                  case Fitted.Affine a ->
                      new Fitted.Affine(
                          like(tensors, index + ".center", a.center()), like(tensors, index + ".scale", a.scale()));
                  case Fitted.Fill f -> new Fitted.Fill(like(tensors, index + ".values", f.values()));
                  case Fitted.Log l -> l;
                  case Fitted.OneHot o -> o;
                });
    if (r.tensors().size() != tensors.size()) {
      throw new Failure(Failure.Kind.DATA, "the preprocessing of '" + input.name() + "' has other steps: " + tensors.keySet());
    }
    return r;
  }

  private static HostTensor like(Map<String, HostTensor> tensors, String name, HostTensor blank) {
    HostTensor t = tensors.get(name);
    if (t == null || !t.type().equals(blank.type())) {
      throw new Failure(
          Failure.Kind.DATA, "the preprocessing's " + name + " should be " + blank.type() + ", and is " + (t == null ? "missing" : t.type()));
    }
    return t;
  }

  /// One sample through the steps, in double: what the graph computes.
  public double[] apply(double[] sample) {
    double[] x = sample.clone();
    for (Fitted step : steps) {
      UnaryOperator<double[]> f = step.onHost();
      x = f.apply(x);
    }
    return x;
  }

  private static Preprocessing walk(List<Preprocess> steps, Field input, Fitter fitter) {
    List<Fitted> fitted = new ArrayList<>();
    if (input.type().dtype() != DType.FLOAT32) {
      return new Preprocessing(input, fitted, input.type());
    }
    State state = new State(input.type().shape(), input.columns());
    for (Preprocess step : steps) {
      if (!concerns(step, state)) {
        continue;
      }
      Fitted f = fitter.fit(step, fitted.size(), state, List.copyOf(fitted));
      fitted.add(f);
      state = state.after(f);
    }
    return new Preprocessing(input, fitted, TensorType.float32(state.shape()));
  }

  /// Whether the step does anything: the columns that it is for may be another input's.
  private static boolean concerns(Preprocess step, State state) {
    return switch (step) {
      case Preprocess.OneHot _ -> state.categorical();
      case Preprocess.Log l -> l.columns().isEmpty() || state.columns().stream().anyMatch(c -> takes(l, c));
      case Preprocess.Scale _, Preprocess.Standardize _, Preprocess.MinMax _, Preprocess.Normalize _, Preprocess.Impute _ -> true;
    };
  }

  private static boolean takes(Preprocess.Log step, Column column) {
    return !column.categorical() && (step.columns().isEmpty() || step.columns().contains(column.name()));
  }

  /// The columns of `fields` that are numbers before step number `index` of `steps`.
  public static List<String> numbers(List<Preprocess> steps, int index, List<Field> fields) {
    boolean encoded = steps.subList(0, index).stream().anyMatch(Preprocess.OneHot.class::isInstance);
    return fields.stream()
        .filter(f -> f.type().dtype() == DType.FLOAT32)
        .map(f -> new State(f.type().shape(), f.columns()))
        .filter(s -> !(encoded && s.categorical()))
        .flatMap(s -> s.columns().stream().filter(c -> !c.categorical()).map(Column::name)).toList();
  }

  /// The step with some numbers, the right ones where they do not depend on data.
  private static Fitted blank(Preprocess step, State state) {
    return switch (step) {
      case Preprocess.Scale s -> affine(state, new double[] {-s.shift() / s.factor()}, new double[] {s.factor()});
      case Preprocess.Standardize s -> blank(state, s.per());
      case Preprocess.MinMax s -> blank(state, s.per());
      case Preprocess.Normalize s -> normalize(s, state);
      case Preprocess.Log s -> new Fitted.Log(s.offset(), s.columns().isEmpty() && !state.categorical() ? List.of() : state.columns().stream().map(c -> takes(s, c)).toList());
      case Preprocess.Impute s -> {
        if (s.strategy() == Preprocess.Strategy.MEDIAN && state.shape().rank() > 1) {
          throw new Failure(Failure.Kind.USAGE, "impute: the median is for samples of one dimension, and these are " + state.shape());
        }
        double[] values = new double[Math.toIntExact(state.shape().size())];
        Arrays.fill(values, s.value());
        yield new Fitted.Fill(tensor(state, values));
      }
      case Preprocess.OneHot _ -> new Fitted.OneHot(state.columns());
    };
  }

  private static Fitted blank(State state, Optional<Preprocess.Per> per) {
    double[] numbers = new double[state.groups(per(per, state))];
    return affine(state, numbers, numbers);
  }

  private static Preprocess.Per per(Optional<Preprocess.Per> per, State state) {
    return per.orElse(state.shape().rank() > 1 ? Preprocess.Per.PER_CHANNEL : Preprocess.Per.PER_FEATURE);
  }

  private static Fitted fit(Preprocess step, State state, Statistics data) {
    return switch (step) {
      case Preprocess.Scale _, Preprocess.Normalize _, Preprocess.OneHot _ -> blank(step, state);
      case Preprocess.Standardize s -> {
        Statistics.Moments m = moments(state, s.per(), data);
        yield affine(state, m.mean(), Arrays.stream(m.deviation()).map(Preprocessing::inverse).toArray());
      }
      case Preprocess.MinMax s -> minMax(s, state, moments(state, s.per(), data));
      case Preprocess.Log _ -> {
        Fitted.Log l = (Fitted.Log) blank(step, state);
        data.requireLogarithms(l);
        yield l;
      }
      case Preprocess.Impute s -> impute(s, state, data);
    };
  }

  private static Statistics.Moments moments(State state, Optional<Preprocess.Per> asked, Statistics data) {
    Preprocess.Per per = per(asked, state);
    if (state.categorical()) {
      // a vector: categorical columns are groups of their own
      boolean[] skip = new boolean[state.columns().size()];
      for (int i = 0; i < skip.length; i++) {
        skip[i] = state.columns().get(i).categorical();
      }
      Statistics.Moments m = data.moments(skip.length, skip);
      return per == Preprocess.Per.GLOBAL ? m.together(skip) : m;
    }
    int groups = state.groups(per);
    return data.moments(groups, new boolean[groups]);
  }

  /// 1 / x, or 1 where that is no float32: of what is constant.
  private static double inverse(double x) {
    return Float.isFinite((float) (1 / x)) ? 1 / x : 1;
  }

  private static Fitted minMax(Preprocess.MinMax step, State state, Statistics.Moments m) {
    double[] center = new double[m.least().length];
    double[] scale = new double[center.length];
    for (int i = 0; i < center.length; i++) {
      double range = m.most()[i] - m.least()[i];
      scale[i] = inverse(range / (step.high() - step.low()));
      center[i] = m.least()[i] - step.low() / scale[i];
    }
    return affine(state, center, scale);
  }

  private static Fitted normalize(Preprocess.Normalize step, State state) {
    int channels = state.groups(Preprocess.Per.PER_CHANNEL);
    int given = step.mean().size();
    if (given != 1 && given != channels) {
      throw new Failure(
          Failure.Kind.USAGE, "normalize: " + given + " means for samples of " + state.shape() + "; give one, or " + channels);
    }
    return affine(
        state,
        step.mean().stream().mapToDouble(Double::doubleValue).toArray(),
        step.std().stream().mapToDouble(s -> 1 / s).toArray());
  }

  private static Fitted impute(Preprocess.Impute step, State state, Statistics data) {
    int features = Math.toIntExact(state.shape().size());
    return switch (step.strategy()) {
      case MEAN -> new Fitted.Fill(tensor(state, data.means(features)));
      case MEDIAN -> {
        Fitted.Fill checked = (Fitted.Fill) blank(step, state);
        yield new Fitted.Fill(HostTensor.of(checked.values().shape(), floats(data.medians(features))));
      }
      case CONSTANT -> blank(step, state);
    };
  }

  /// Categorical columns stay as they are.
  private static Fitted affine(State state, double[] center, double[] scale) {
    if (!state.categorical()) {
      return new Fitted.Affine(tensor(state, center), tensor(state, scale));
    }
    double[] c = new double[state.columns().size()];
    double[] s = new double[c.length];
    for (int i = 0; i < c.length; i++) {
      boolean categorical = state.columns().get(i).categorical();
      c[i] = categorical ? 0 : center[center.length == 1 ? 0 : i];
      s[i] = categorical ? 1 : scale[scale.length == 1 ? 0 : i];
    }
    return new Fitted.Affine(tensor(state, c), tensor(state, s));
  }

  /// One number for each group, in the shape that broadcasts.
  private static HostTensor tensor(State state, double[] numbers) {
    Shape shape = state.shape();
    if (numbers.length == shape.size()) {
      return HostTensor.of(shape, floats(numbers));
    }
    if (numbers.length == 1) {
      return HostTensor.of(Shape.SCALAR, floats(numbers));
    }
    List<Integer> dims = new ArrayList<>(Collections.nCopies(shape.rank(), 1));
    dims.set(0, numbers.length);
    return HostTensor.of(new Shape(dims), floats(numbers));
  }

  private static float[] floats(double[] numbers) {
    float[] r = new float[numbers.length];
    for (int i = 0; i < r.length; i++) {
      r[i] = (float) numbers[i];
    }
    return r;
  }
}
