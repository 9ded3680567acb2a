package dlt.backend.cuda;

import dlt.op.*;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An op on channels-last images: its own kernel where that takes them, else the images are moved before and after.
final class NhwcKernel {
  /// Compiles the op itself.
  interface Inner {
    List<Launch> compile(List<Operand> inputs, Operand output);
  }

  private NhwcKernel() {}

  static List<Launch> compile(
      Target target, Nhwc op, List<Operand> in, Optional<Epilogue> epilogue, Operand out, Inner inner) {
    List<Images> images = new ArrayList<>();
    for (Operand x : in) {
      int i = images.size();
      images.add(new Images(op.planes(i, x.type()), x.address(), op.operands().get(i)));
    }
    Images result = new Images(op.op().infer(images.stream().map(Images::type).toList()), out.address(), op.result());
    if (op.op() instanceof MaxPool2d pool) {
      return MaxPool2dKernel.compile(target, pool, images, result);
    } else if (op.op() instanceof MaxPool2dGrad pool) {
      return MaxPool2dGradKernel.compile(target, pool, images, result);
    } else if (op.op() instanceof AvgPool2d pool) {
      return AvgPool2dKernel.compile(target, pool, images, result);
    } else if (op.op() instanceof AvgPool2dGrad pool) {
      return AvgPool2dGradKernel.compile(target, pool, images, result);
    } else if (op.op() instanceof BatchNorm norm && op.operands().getFirst() && op.result()) {
      return BatchNormKernel.compile(target, norm, in, out, out.type().shape().rank() - 1);
    } else if (op.op() instanceof Conv2d convolution) {
      return Conv2dKernel.compile(target, convolution, images.get(0), images.get(1), epilogue, result);
    } else if (op.op() instanceof Conv2dGradInput convolution) {
      return Conv2dGradInputKernel.compile(target, convolution, images.get(0), images.get(1), epilogue, result);
    } else if (op.op() instanceof Conv2dGradWeight convolution) {
      return Conv2dGradWeightKernel.compile(target, convolution, images.get(0), images.get(1), result);
    }
    return moved(target, images, result, in, out, inner);
  }

  private static List<Launch> moved(Target target, List<Images> images, Images result, List<Operand> in, Operand out, Inner inner) {
    List<Launch> launches = new ArrayList<>();
    List<Operand> planes = new ArrayList<>();
    for (Images x : images) {
      Operand own = in.get(planes.size());
      planes.add(x.channelsLast() ? scratch(target, x.type()) : own);
      if (x.channelsLast()) {
        launches.addAll(TransposeKernel.compile(target, new Transpose(Nhwc.toPlanes(x.shape().rank())), List.of(own), planes.getLast()));
      }
    }
    Operand y = result.channelsLast() ? scratch(target, result.type()) : out;
    launches.addAll(inner.compile(planes, y));
    if (result.channelsLast()) {
      launches.addAll(TransposeKernel.compile(target, new Transpose(Nhwc.toChannelsLast(result.shape().rank())), List.of(y), out));
    }
    return launches;
  }

  private static Operand scratch(Target target, TensorType type) {
    return new Operand(type, target.scratch().allocate(Math.max(1, type.bytes())));
  }
}
