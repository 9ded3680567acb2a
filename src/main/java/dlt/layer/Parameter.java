package dlt.layer;

import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// What it is applied to says how many samples there are, and nothing else.
@Doc("Learned numbers that are the same for each sample, [N, ...shape] (PyTorch's nn.Parameter), such as a class token `parameter: {shape: [1, 64], as: token}` for "
    + "`concat: {from: [token, patches]}`, or a scale of each channel for `mul`.")
public record Parameter(
    @Doc("The shape, without the samples' dimension.") @Range(min = 1) List<Integer> shape,
    @Doc("How they are filled; zeros where left out.") Optional<WeightInit> init)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape one = new Shape(shape);
    Value weight = scope.parameter("weight", one, init.map(i -> i.of(one)).orElse(new Init.Constant(0)));
    int batch = inputs.getFirst().shape().dim(0);
    return scope.expand(scope.reshape(weight, one.insert(0, 1)), one.insert(0, batch));
  }
}
