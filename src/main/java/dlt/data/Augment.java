package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Kinds;
import dlt.config.Range;
import dlt.error.Failure;
import java.util.List;

/// A random change of a raw training sample, other in each epoch. What moves pixels goes with images and with the maps of
/// their pixels ([ImageFields]), what changes values with images alone.
@Doc("A random change of a raw training sample [channels, height, width], other in each epoch; masks move with their images.")
public sealed interface Augment {
  @Doc("Mirrors left and right.")
  record RandomHorizontalFlip(@Doc("The probability.") @Default("0.5") @Range(min = 0, max = 1) double p) implements Augment {}

  @Doc("Mirrors top and bottom.")
  record RandomVerticalFlip(@Doc("The probability.") @Default("0.5") @Range(min = 0, max = 1) double p) implements Augment {}

  @Doc("Pads with zeros and cuts out a random window of the sample's size.")
  record RandomCrop(
      @Doc("Rows and columns of padding on each side.") @Range(min = 1) int padding,
      @Doc("What masks hold in the padding.") @Default("0") double maskFill)
      implements Augment {}

  @Doc("Cuts out a random window and enlarges it to the sample's size, bilinear.")
  record RandomResizedCrop(
      @Doc("Smallest and largest share of the area.") @Default("[0.08, 1]") @Range(min = 0, max = 1, minExclusive = true) List<Double> scale,
      @Doc("Smallest and largest ratio of width to height.") @Default("[0.75, 1.3333333333333333]") @Range(min = 0, minExclusive = true)
          List<Double> ratio)
      implements Augment {
    public RandomResizedCrop {
      limits("scale", scale);
      limits("ratio", ratio);
    }
  }

  @Doc("Turns, moves, scales and shears about the centre, bilinear, zeros outside.")
  record RandomAffine(
      @Doc("Turned by up to this angle in degrees, either way.") @Range(min = 0, max = 180) double degrees,
      @Doc("Moved by up to this share of height and width, either way.") @Default("0") @Range(min = 0, max = 1) double translate,
      @Doc("Smallest and largest factor of scale.") @Default("[1, 1]") @Range(min = 0, minExclusive = true) List<Double> scale,
      @Doc("Sheared along the rows by up to this angle in degrees, either way.") @Default("0") @Range(min = 0, max = 89) double shear,
      @Doc("What masks hold outside.") @Default("0") double maskFill)
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

  @Doc("Changes brightness, contrast, saturation and hue by random amounts, in this order.")
  record ColorJitter(
      @Doc("Brightness factor from 1 - this to 1 + this.") @Default("0") @Range(min = 0) double brightness,
      @Doc("Contrast factor from 1 - this to 1 + this.") @Default("0") @Range(min = 0) double contrast,
      @Doc("Saturation factor from 1 - this to 1 + this; 0 is gray.") @Default("0") @Range(min = 0) double saturation,
      @Doc("Hues are turned by -this to this, 0.5 at the most: half of the colour wheel.") @Default("0") @Range(min = 0, max = 0.5) double hue)
      implements Augment {
    /// Whether it takes images of red, green and blue alone.
    boolean coloured() {
      return saturation > 0 || hue > 0;
    }
  }

  @Doc("Mixes each sample, target included, with the one before it in the batch: lambda of the one, 1 - lambda of the other.")
  record Mixup(@Doc("Lambda is drawn from Beta(alpha, alpha) for each batch.") @Default("1") @Range(min = 0, minExclusive = true) double alpha)
      implements Augment {}

  @Doc("Pastes a rectangle of the sample before it in the batch into each; targets are mixed by area, masks pasted.")
  record Cutmix(
      @Doc("The rectangle has 1 - lambda of the area, drawn from Beta(alpha, alpha) for each batch.") @Default("1") @Range(min = 0, minExclusive = true)
          double alpha)
      implements Augment {}

  private static void limits(String component, List<Double> limits) {
    if (limits.size() != 2 || limits.getFirst() > limits.getLast()) {
      throw new Invalid(component, limits.toString(), "two numbers, the smaller one first");
    }
  }

  /// Whether it moves pixels, and masks with them.
  default boolean moves() {
    return switch (this) {
      case RandomHorizontalFlip _, RandomVerticalFlip _, RandomCrop _, RandomResizedCrop _, RandomAffine _ -> true;
      case RandomErasing _, GaussianNoise _, ColorJitter _, Mixup _, Cutmix _ -> false;
    };
  }

  /// Whether it mixes the samples of a batch, after all other changes; of several such steps one is drawn for each batch.
  default boolean mixes() {
    return this instanceof Mixup || this instanceof Cutmix;
  }

  /// What a mask holds in places that come from outside of it.
  default double maskFill() {
    return 0;
  }

  /// Throws Failure(USAGE) where the steps cannot be applied to samples of `schema`.
  static void check(List<Augment> steps, Schema schema) {
    ImageFields fields = ImageFields.of(schema);
    for (Augment step : steps) {
      switch (step) {
        case GaussianNoise _ -> requireNumbers(step, schema, schema.inputs().stream().noneMatch(ImageFields::numeric));
        case Mixup _ -> requireNumbers(step, schema, !schema.inputs().stream().allMatch(ImageFields::numeric));
        case Cutmix _ -> {
          for (int i = 0; i < schema.inputs().size(); i++) {
            if (!fields.inputMaps().contains(i) && !(fields.images().contains(i) && fields.likeFirst(i))) {
              throw noImage(step, schema.inputs().get(i));
            }
          }
        }
        case RandomHorizontalFlip _, RandomVerticalFlip _, RandomCrop _, RandomResizedCrop _, RandomAffine _, RandomErasing _, ColorJitter _ -> {
          if (fields.images().isEmpty()) {
            throw noImage(step, schema.inputs().getFirst());
          }
          fields.images().stream().filter(i -> step instanceof ColorJitter j && j.coloured() && fields.shape(i).dim(0) != Colors.CHANNELS).findFirst().ifPresent(i -> {
            throw failure(step, "saturation and hue are of red, green and blue, but the images are " + fields.shape(i));
          });
        }
      }
      if (step.moves()) {
        requireMaps(step, schema, fields);
      }
    }
  }

  private static void requireNumbers(Augment step, Schema schema, boolean lacking) {
    if (lacking) {
      Field other = schema.inputs().stream().filter(f -> !ImageFields.numeric(f)).findFirst().orElseThrow();
      throw failure(step, "input '" + other.name() + "' holds " + (other.vocabulary().isPresent() ? "words" : other.columns().isEmpty() ? "indices" : "categories") + ", not numbers");
    }
  }

  /// A target with a place for each pixel has to move along, so that it must be as large as the images.
  private static void requireMaps(Augment step, Schema schema, ImageFields fields) {
    for (int i = 0; i < schema.targets().size(); i++) {
      Field target = schema.targets().get(i);
      if (target.type().shape().rank() > 1 && !fields.targetMaps().contains(i)) {
        throw failure(
            step, "target '" + target.name() + "' is " + target.type() + " and cannot be moved along with images " + fields.shape(fields.images().getFirst()));
      }
    }
  }

  private static Failure noImage(Augment step, Field input) {
    return failure(step, "input '" + input.name() + "' is no image [channels, height, width]" + (step.mixes() ? " of the others' size" : "") + " but " + input.type());
  }

  private static Failure failure(Augment step, String message) {
    return new Failure(Failure.Kind.USAGE, "augment: " + Kinds.name(step.getClass()) + ": " + message);
  }
}
