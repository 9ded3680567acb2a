package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Kinds;
import dlt.config.Range;
import dlt.error.Failure;
import dlt.tensor.DType;
import java.util.List;

/// A random change of a raw training sample `[channels, height, width]`, other in each epoch.
@Doc("A random change of a raw training sample [channels, height, width], other in each epoch.")
public sealed interface Augment {
  @Doc("Mirrors left and right.")
  record RandomHorizontalFlip(@Doc("The probability.") @Default("0.5") @Range(min = 0, max = 1) double p) implements Augment {}

  @Doc("Mirrors top and bottom.")
  record RandomVerticalFlip(@Doc("The probability.") @Default("0.5") @Range(min = 0, max = 1) double p) implements Augment {}

  @Doc("Pads with zeros and cuts out a random window of the sample's size.")
  record RandomCrop(@Doc("Rows and columns of padding on each side.") @Range(min = 1) int padding) implements Augment {}

  @Doc("Turns, moves, scales and shears about the centre, bilinear, zeros outside.")
  record RandomAffine(
      @Doc("Turned by up to this angle in degrees, either way.") @Range(min = 0, max = 180) double degrees,
      @Doc("Moved by up to this share of height and width, either way.") @Default("0") @Range(min = 0, max = 1) double translate,
      @Doc("Smallest and largest factor of scale.") @Default("[1, 1]") @Range(min = 0, minExclusive = true) List<Double> scale,
      @Doc("Sheared along the rows by up to this angle in degrees, either way.") @Default("0") @Range(min = 0, max = 89) double shear)
      implements Augment {
    public RandomAffine {
      limits("scale", scale);
    }
  }

  @Doc("Sets a random rectangle to a value.")
  record RandomErasing(
      @Doc("The probability.") @Default("0.5") @Range(min = 0, max = 1) double p,
      @Doc("Smallest and largest share of the area.") @Default("[0.02, 0.33]") @Range(min = 0, max = 1) List<Double> scale,
      @Doc("Smallest and largest ratio of height to width.") @Default("[0.3, 3.3]") @Range(min = 0, minExclusive = true) List<Double> ratio,
      @Doc("The value.") @Default("0") double value)
      implements Augment {
    public RandomErasing {
      limits("scale", scale);
      limits("ratio", ratio);
    }
  }

  @Doc("Adds normal noise to every element.")
  record GaussianNoise(@Doc("Its standard deviation, in the units of the raw data.") @Range(min = 0) double std) implements Augment {}

  @Doc("Changes brightness and contrast by random factors.")
  record ColorJitter(
      @Doc("Brightness factor from 1 - this to 1 + this.") @Default("0") @Range(min = 0) double brightness,
      @Doc("Contrast factor from 1 - this to 1 + this.") @Default("0") @Range(min = 0) double contrast)
      implements Augment {}

  private static void limits(String component, List<Double> limits) {
    if (limits.size() != 2 || limits.getFirst() > limits.getLast()) {
      throw new Invalid(component, limits.toString(), "two numbers, the smaller one first");
    }
  }

  /// Whether it moves pixels, so that a target with a place for each would have to move along.
  private boolean moves() {
    return switch (this) {
      case RandomHorizontalFlip _, RandomVerticalFlip _, RandomCrop _, RandomAffine _ -> true;
      case RandomErasing _, GaussianNoise _, ColorJitter _ -> false;
    };
  }

  /// Throws Failure(USAGE) where the steps cannot be applied to samples of `schema`: an input that is no image, a target that
  /// would have to be moved along. Noise goes with every input of numbers.
  static void check(List<Augment> steps, Schema schema) {
    for (Augment step : steps) {
      for (Field input : schema.inputs()) {
        boolean numbers = input.type().dtype() == DType.FLOAT32 && input.columns().stream().noneMatch(Column::categorical);
        if (!numbers || !(step instanceof GaussianNoise) && input.type().shape().rank() != 3) {
          throw failure(step, "input '" + input.name() + "' is no image [channels, height, width] but " + input.type());
        }
      }
      for (Field target : schema.targets()) {
        if (step.moves() && target.type().shape().rank() > 1) {
          throw failure(step, "target '" + target.name() + "' is " + target.type() + " and would have to be moved along, which it is not");
        }
      }
    }
  }

  private static Failure failure(Augment step, String message) {
    return new Failure(Failure.Kind.USAGE, "augment: " + Kinds.name(step.getClass()) + ": " + message);
  }
}
