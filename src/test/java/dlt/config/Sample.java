package dlt.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An experiment small enough for tests, with one of everything that experiment files are made of.
@Doc("A sample experiment.")
record Sample(
    @Doc("Its name.") @Default("unnamed") String name,
    @Doc("Seed.") @Default("0") long seed,
    @Doc("Data.") Optional<Source> data,
    @Doc("The split.") @Default("none") Split split,
    @Doc("Layers.") @Default("[]") List<Place> layers,
    @Doc("The optimizer.") @Default("sgd: {lr: 0.1}") Optimizer optimizer,
    @Doc("How training goes.") @Default("{}") Training training,
    @Doc("Weights by name.") @Default("{}") Map<String, Double> weights,
    @Doc("Anything.") Optional<YamlNode> sweep,
    @Doc("Conditions.") @Key("assert") @Default("[]") List<String> conditions) {

  @Shorthand
  record Source(@Doc("The file.") String path, @Doc("Sizes.") @Range(min = 1) @Default("[]") List<Integer> shape) {}

  @Doc("none, or a ratio, or folds.")
  record Split(
      @Doc("Part.") @Range(min = 0, max = 1, minExclusive = true, maxExclusive = true) Optional<Double> validation,
      @Doc("Folds.") @Range(min = 2) Optional<Integer> folds) {
    Split {
      if (validation.isPresent() && folds.isPresent()) {
        throw new Invalid("folds", "folds beside validation", "one of the two");
      }
    }

    @FromText
    static Split parse(String text) {
      if (text.equals("none")) {
        return new Split(Optional.empty(), Optional.empty());
      }
      throw new Invalid("", text, "none, {validation: ...} or {folds: ...}");
    }

    @ToText
    Optional<String> text() {
      return validation.isEmpty() && folds.isEmpty() ? Optional.of("none") : Optional.empty();
    }
  }

  record Place(
      @Inline Layer layer,
      @Doc("Inputs.") @Default("[]") List<String> from,
      @Doc("Name.") Optional<String> as) {}

  sealed interface Layer permits Relu, Linear, MaxPool2d, Concat, Chain, Norms {}

  sealed interface Norms extends Layer {}

  @Doc("max(x, 0)")
  record Relu() implements Layer {}

  record Linear(
      @Doc("Outputs.") @Range(min = 1) int outFeatures,
      @Doc("With bias.") @Default("true") boolean bias,
      @Doc("Start.") @Default("lecun") Start init)
      implements Layer {}

  record MaxPool2d(
      @Doc("Window.") @Range(min = 1) IntPair kernelSize,
      @Doc("Step.") Optional<IntPair> stride,
      @Doc("Border.") @Default("0") Padding padding)
      implements Layer {}

  record Concat(@Doc("Along.") @Default("1") int dim) implements Layer {}

  @Key("sequential")
  record Chain(@Doc("Layers.") List<Place> layers) implements Layer {}

  record BatchNorm(@Doc("Added to the variance.") @Range(min = 0) @Default("1e-5") double eps) implements Norms {}

  enum Start {
    @Doc("By fan-in.")
    LECUN,
    KAIMING_UNIFORM,
    @Key("xavier")
    GLOROT
  }

  record Padding(@Doc("Rows.") int rows, @Doc("Columns.") int columns, @Doc("As large as the input.") @Default("false") boolean same) {
    @FromText
    static Padding parse(String text) {
      if (text.equals("same")) {
        return new Padding(0, 0, true);
      }
      IntPair p = IntPair.parse(text);
      return new Padding(p.first(), p.second(), false);
    }
  }

  sealed interface Optimizer {}

  record Sgd(@Doc("Rate.") @Range(min = 0) double lr, @Doc("Momentum.") @Default("0") double momentum, @Doc("Clip.") Optional<Clip> clip)
      implements Optimizer {}

  record Adam(@Doc("Rate.") @Range(min = 0) @Default("1e-3") double lr, @Doc("Decay.") @Default("[0.9, 0.999]") List<Double> betas)
      implements Optimizer {}

  sealed interface Clip {}

  record Norm(@Doc("Largest norm.") double max) implements Clip {}

  record Value(@Doc("Largest value.") double max) implements Clip {}

  record Training(
      @Doc("Epochs.") @Range(min = 1) @Default("10") int epochs,
      @Doc("Batch size.") @Range(min = 1) @Default("32") int batchSize,
      @Doc("Shuffled.") @Default("true") boolean shuffle) {}

  static Bound<Sample> bind(String yaml) {
    return Binder.bind(YamlNode.parse(yaml, Path.of("exp.yaml")), Sample.class);
  }

  static Sample of(String yaml) {
    return bind(yaml).value();
  }

  /// The errors of a file, one a line: `line:column: message | hint`.
  static List<String> errors(String yaml) {
    return errors(YamlNode.parse(yaml, Path.of("exp.yaml")));
  }

  static List<String> errors(YamlNode root) {
    try {
      Binder.bind(root, Sample.class);
      return List.of();
    } catch (ConfigException e) {
      return shown(e);
    }
  }

  static List<String> shown(ConfigException e) {
    return e.diagnostics().stream()
        .map(d -> d.at().line() + ":" + d.at().column() + ": " + d.message() + (d.hint().isEmpty() ? "" : " | " + d.hint()))
        .toList();
  }
}
