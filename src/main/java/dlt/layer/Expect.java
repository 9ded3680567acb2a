package dlt.layer;

import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// The checks that layers share.
final class Expect {
  private Expect() {}

  /// The shape of the only input, which has `rank` dimensions: `layout` in words.
  static Shape rank(Layer layer, List<Value> inputs, int rank, String layout) {
    Shape x = inputs.getFirst().shape();
    if (x.rank() != rank) {
      throw new ShapeException(layer.kind(), "needs " + layout + ", met " + x);
    }
    return x;
  }

  /// The shape of the only input, which is a batch of images.
  static Shape images(Layer layer, List<Value> inputs) {
    return rank(layer, inputs, 4, "images [N, C, H, W]");
  }

  /// The shape of the only input, which is a batch of sequences with their channels first.
  static Shape signals(Layer layer, List<Value> inputs) {
    return rank(layer, inputs, 3, "signals [N, C, L]");
  }

  /// Dimension `dim` of `x` counted from the front.
  static int axis(Layer layer, Shape x, int dim) {
    if (dim < -x.rank() || dim >= x.rank()) {
      throw new ShapeException(layer.kind(), "dimension " + dim + " met " + x);
    }
    return x.axis(dim);
  }

  /// Dimension `dim` of `x` counted from the front, which is not that of the samples: outputs for one do not depend on others.
  static int inSample(Layer layer, Shape x, int dim) {
    int axis = axis(layer, x, dim);
    if (axis == 0) {
      throw new ShapeException(layer.kind(), "dimension " + dim + " of " + x + " is the batch");
    }
    return axis;
  }

  /// The same of some dimensions, each once.
  static List<Integer> inSample(Layer layer, Shape x, List<Integer> dims) {
    return dims.stream().map(d -> inSample(layer, x, d)).distinct().toList();
  }

  /// Checks that a layer that joins outputs has some to join.
  static void several(Layer layer, List<Value> inputs) {
    if (inputs.size() < 2) {
      throw new ShapeException(layer.kind(), "joins several outputs: name them, `from: [a, b]`");
    }
  }

  /// Checks that a layer has the two outputs that it `does` something with, such as `compares two outputs`; `names`: how they may be called.
  static void two(Layer layer, List<Value> inputs, String does, String names) {
    if (inputs.size() != 2) {
      throw new ShapeException(layer.kind(), does + ", met " + inputs.size() + ": name them, `from: [" + names + "]`");
    }
  }

  /// The most rows or columns that an image may be asked to have: where each comes from is listed, one by one.
  static final int MOST_PIXELS = 1 << 20;

  /// Checks an argument of a record: the size of an image to be made.
  static void pixels(String component, IntPair pair) {
    atLeast(1, component, pair);
    if (pair.first() > MOST_PIXELS || pair.second() > MOST_PIXELS) {
      throw new Invalid(component, "[" + pair.first() + ", " + pair.second() + "]", "numbers of at most " + MOST_PIXELS);
    }
  }

  /// Checks an argument of a record.
  static void atLeast(int min, String component, IntPair pair) {
    if (pair.first() < min || pair.second() < min) {
      throw new Invalid(component, "[" + pair.first() + ", " + pair.second() + "]", "numbers of at least " + min);
    }
  }

  /// Checks an argument of a record that has a bias, or none.
  static void biasInit(boolean bias, Optional<WeightInit> biasInit) {
    if (!bias && biasInit.isPresent()) {
      throw new Invalid("biasInit", "bias_init beside bias: false", "one of the two");
    }
  }

  /// Checks that `channels` come in `groups` of one size.
  static void groups(Layer layer, String what, int channels, int groups) {
    if (channels % groups != 0) {
      throw new ShapeException(layer.kind(), channels + " " + what + " channels do not divide into " + groups + " groups");
    }
  }
}
