package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("A 1-d convolution (cross-correlation) over signals [N, C, L].")
public record Conv1d(
    @Doc("Channels of the output.") @Range(min = 1) int outChannels,
    @Doc("Length of the kernel.") @Range(min = 1) int kernelSize,
    @Doc("Elements from one window to the next.") @Default("1") @Range(min = 1) int stride,
    @Doc("Zeros added on each side: a number, or same.") @Default("0") Padding padding,
    @Doc("Elements from one element of the kernel to the next.") @Default("1") @Range(min = 1) int dilation,
    @Doc("Groups of channels that are convolved apart.") @Default("1") @Range(min = 1) int groups,
    @Doc("Whether a bias is added.") @Default("true") boolean bias,
    @Doc("What stands in the added elements.") @Default("zeros") PaddingMode paddingMode,
    @Doc("How the weights are filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> init,
    @Doc("How the bias is filled; uniform in +-1/sqrt(fan_in) where left out.") Optional<WeightInit> biasInit)
    implements Layer {
  public Conv1d {
    Expect.biasInit(bias, biasInit);
    if (padding.rows() != padding.columns()) {
      throw new Invalid("padding", "[" + padding.rows() + ", " + padding.columns() + "]", "a whole number or same");
    }
    if (padding.same() && stride > 1) {
      throw new Invalid("padding", "same with stride " + stride, "a number, or stride 1");
    }
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.signals(this, inputs);
    Expect.groups(this, "input", x.dim(1), groups);
    Expect.groups(this, "output", outChannels, groups);
    Shape w = Shape.of(outChannels, x.dim(1) / groups, kernelSize);
    Value weight = scope.reshape(scope.parameter("weight", w, WeightInit.weight(init, w)), w.insert(2, 1));
    Padding row = new Padding(0, padding.columns(), padding.same());
    Window window = row.window(new IntPair(1, kernelSize), new IntPair(1, stride), new IntPair(1, dilation));
    Value signals = inputs.getFirst();
    if (paddingMode != PaddingMode.ZEROS) {
      signals = paddingMode.pad(scope, signals, new Sides(window.padLeft(), window.padRight()));
      window = Window.of(1, stride, 0, 0, 1, dilation);
    }
    signals = scope.reshape(signals, signals.shape().insert(2, 1));
    Value y = scope.emit(new dlt.op.Conv2d(window.within(signals.shape()), groups), signals, weight);
    y = scope.reshape(y, y.shape().without(2));
    return bias ? scope.add(y, Channels.parameter(scope, "bias", y.shape(), WeightInit.bias(biasInit, y.shape().dim(1), w))) : y;
  }
}
