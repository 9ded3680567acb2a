package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// Parameters are named so that those of a file can be torchvision's: a ResNet's blocks call their projections downsample.
@Doc("The output of some layers plus their input (He et al., 2015). Parameters: `NAME.INDEX`, and `NAME.downsample.INDEX` of a projection.")
public record Residual(
    @Doc("The layers.") List<Placed> body,
    @Doc("What is added: identity is the input, project a 1x1 convolution and batch norm of it where its shape differs from the output's.")
        @Default("identity")
        Shortcut shortcut)
    implements Layer {
  /// What is added to the body's output.
  public enum Shortcut {
    IDENTITY, PROJECT
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    Value y = scope.sequence("", body, x);
    if (y.shape().equals(x.shape())) {
      return scope.add(y, x);
    }
    return switch (shortcut) {
      case IDENTITY -> throw new ShapeException(kind(), "the input " + x.shape() + " met the body's output " + y.shape()
          + "; shortcut: project fits one to the other");
      case PROJECT -> scope.add(y, project(scope, x, y.shape()));
    };
  }

  private Value project(LayerScope scope, Value x, Shape target) {
    Shape shape = x.shape();
    Layer fit = null;
    if (shape.rank() == 2 && target.rank() == 2) {
      fit = new Linear(target.dim(1), false, Optional.empty());
    } else if (shape.rank() == 4 && target.rank() == 4) {
      IntPair stride = new IntPair(stride(shape.dim(2), target.dim(2)), stride(shape.dim(3), target.dim(3)));
      fit = new Conv2d(target.dim(1), IntPair.of(1), stride, Padding.of(0), IntPair.of(1), 1, false, PaddingMode.ZEROS, Optional.empty(), Optional.empty());
    }
    if (fit == null) {
      throw new ShapeException(kind(), "project fits [N, C, H, W] or [N, F], the input " + shape + " met the body's output " + target);
    }
    List<Placed> layers = List.of(placed(fit), placed(new BatchNorm(1e-5, Optional.of(0.1), true, true)));
    Value fitted;
    try {
      fitted = scope.sequence("downsample", layers, x);
    } catch (LayerException e) {
      // these layers stand nowhere in the file
      throw new ShapeException(kind(), e.getMessage());
    }
    if (!fitted.shape().equals(target)) {
      throw new ShapeException(kind(), "no stride of a 1x1 convolution takes the input " + shape + " to the body's output " + target);
    }
    return fitted;
  }

  private static Placed placed(Layer layer) {
    return new Placed(layer, List.of(), Optional.empty());
  }

  /// The least stride that leaves `out` of `in` elements, or 1 where there is none.
  private static int stride(int in, int out) {
    int s = Math.ceilDiv(in, out);
    return Math.ceilDiv(in, s) == out ? s : 1;
  }
}
