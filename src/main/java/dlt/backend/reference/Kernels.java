package dlt.backend.reference;

import dlt.op.ArgMax;
import dlt.op.AvgPool2d;
import dlt.op.AvgPool2dGrad;
import dlt.op.BatchNorm;
import dlt.op.Binary;
import dlt.op.Cast;
import dlt.op.Concat;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Expand;
import dlt.op.Fill;
import dlt.op.Gather;
import dlt.op.Input;
import dlt.op.Literal;
import dlt.op.LogSoftmax;
import dlt.op.MatMul;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.OneHot;
import dlt.op.Op;
import dlt.op.Pad;
import dlt.op.RandomUniform;
import dlt.op.Reduce;
import dlt.op.Reshape;
import dlt.op.ScatterAdd;
import dlt.op.Slice;
import dlt.op.Softmax;
import dlt.op.Transpose;
import dlt.op.Unary;
import dlt.op.Variable;
import dlt.op.Where;
import java.util.ArrayList;
import java.util.List;

/// Which loop computes which op.
final class Kernels {
  private Kernels() {}

  /// Computes `op` of `x` into `y`; every value of `y` is overwritten.
  static void run(Op op, List<ReferenceBuffer> x, ReferenceBuffer y) {
    switch (op) {
      case Input input -> { }
      case Variable variable -> { }
      case Fill fill -> y.fill(fill.value());
      case Literal literal -> y.write(literal.value());
      case RandomUniform random -> Pointwise.random(random, x.get(0), y);
      case Unary unary -> Pointwise.unary(unary, x.get(0), y);
      case Binary binary -> Pointwise.binary(binary, x.get(0), x.get(1), y);
      case Where where -> Pointwise.where(x.get(0), x.get(1), x.get(2), y);
      case Cast cast -> Pointwise.cast(x.get(0), y);
      case BatchNorm norm -> Pointwise.batchNorm(norm, x, y);
      case Reduce reduce -> Reductions.reduce(reduce, x.get(0), y);
      case ArgMax argMax -> Reductions.argMax(argMax, x.get(0), y);
      case Softmax softmax -> Reductions.softmax(softmax.dim(), false, x.get(0), y);
      case LogSoftmax softmax -> Reductions.softmax(softmax.dim(), true, x.get(0), y);
      case MatMul matmul -> Products.matmul(matmul, x.get(0), x.get(1), y);
      case Conv2d conv -> Products.conv2d(conv, x.get(0), x.get(1), y);
      case Conv2dGradInput conv -> Products.conv2dGradInput(conv, x.get(0), x.get(1), y);
      case Conv2dGradWeight conv -> Products.conv2dGradWeight(conv, x.get(0), x.get(1), y);
      case MaxPool2d pool -> Pools.max(pool, x.get(0), y);
      case MaxPool2dGrad pool -> Pools.maxGrad(pool, x.get(0), x.get(1), y);
      case AvgPool2d pool -> Pools.average(pool, x.get(0), y);
      case AvgPool2dGrad grad -> Pools.averageGrad(grad.pool(), x.get(0), y);
      case Reshape reshape -> y.copy(x.get(0));
      case Transpose transpose -> Movement.transpose(transpose, x.get(0), y);
      case Expand expand -> Movement.expand(x.get(0), y);
      case Concat concat -> Movement.concat(concat, x, y);
      case Slice slice -> Movement.slice(slice, x.get(0), y);
      case Pad pad -> Movement.pad(pad, x.get(0), y);
      case Gather gather -> Movement.gather(gather, x.get(0), x.get(1), y);
      case ScatterAdd scatter -> Movement.scatterAdd(scatter, x.get(0), x.get(1), y);
      case OneHot oneHot -> Movement.oneHot(oneHot, x.get(0), y);
      case Nhwc nhwc -> nhwc(nhwc, x, y);
    }
  }

  private static void nhwc(Nhwc op, List<ReferenceBuffer> x, ReferenceBuffer y) {
    List<ReferenceBuffer> planes = new ArrayList<>();
    for (int i = 0; i < x.size(); i++) {
      ReferenceBuffer image = op.operands().get(i) ? new ReferenceBuffer(op.planes(i, x.get(i).type())) : x.get(i);
      if (image != x.get(i)) {
        Movement.transpose(new Transpose(Nhwc.toPlanes(image.shape().rank())), x.get(i), image);
      }
      planes.add(image);
    }
    if (!op.result()) {
      run(op.op(), planes, y);
      return;
    }
    ReferenceBuffer result = new ReferenceBuffer(op.op().infer(planes.stream().map(ReferenceBuffer::type).toList()));
    run(op.op(), planes, result);
    Movement.transpose(new Transpose(Nhwc.toChannelsLast(result.shape().rank())), result, y);
  }
}
