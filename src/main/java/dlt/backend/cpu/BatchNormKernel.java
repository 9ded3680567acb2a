package dlt.backend.cpu;

import dlt.op.BatchNorm;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Batch normalisation with fixed statistics: a factor and a summand for each channel, then one pass `x * factor + summand`.
final class BatchNormKernel {
  private BatchNormKernel() {}

  static Step compile(Target target, BatchNorm op, List<Operand> inputs, Operand output) {
    Shape shape = output.shape();
    int channels = shape.dim(1);
    MemorySegment scratch = target.scratch(8L * channels);
    TensorType each = TensorType.float32(channels);
    Operand factor = new Operand(each, scratch.asSlice(0, 4L * channels));
    Operand summand = new Operand(each, scratch.asSlice(4L * channels));

    VectorCode fold = new VectorCode();
    int deviation = fold.op(VectorCode.Op.SQRT, fold.add(fold.input(3), fold.constant((float) op.eps())));
    int f = fold.div(fold.input(0), deviation);
    fold.store(4, f);
    fold.store(5, fold.fnma(fold.input(2), f, fold.input(1)));
    Nest perChannel = Nest.of(each.shape(), java.util.Collections.nCopies(6, each.shape()));
    Step folding = PointwiseKernel.compile(target, fold.body(), perChannel,
        List.of(inputs.get(1), inputs.get(2), inputs.get(3), inputs.get(4), factor, summand));

    VectorCode apply = new VectorCode();
    apply.store(3, apply.fma(apply.input(0), apply.input(1), apply.input(2)));
    Shape column = output.channelsLast() ? each.shape() : new Shape(java.util.Collections.nCopies(shape.rank() - 1, 1)).with(0, channels);
    Shape lies = output.channelsLast() ? shape.without(1).insert(shape.rank() - 1, channels) : shape;
    Step pass = PointwiseKernel.compile(target, apply.body(), Nest.of(lies, List.of(lies, column, column, lies)),
        List.of(inputs.getFirst(), factor, summand, output));
    return () -> {
      folding.run();
      pass.run();
    };
  }
}
