package dlt.backend.cpu;

import dlt.op.*;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// An op on channels-last images: its own kernel where that takes them, else the images are moved before and after.
final class NhwcKernel {
  /// Compiles the op itself.
  interface Inner {
    Step compile(List<Operand> inputs, Operand output);
  }

  private NhwcKernel() {}

  static Step compile(Target target, Nhwc op, List<Operand> inputs, Operand output, Inner inner) {
    List<TensorType> types = op.planes(inputs.stream().map(Operand::type).toList());
    TensorType type = op.op().infer(types);
    if (direct(target, op, inputs.stream().map(Operand::type).toList())) {
      return inner.compile(IntStream.range(0, inputs.size())
          .mapToObj(i -> new Operand(types.get(i), inputs.get(i).data(), op.operands().get(i))).toList(), new Operand(type, output.data(), op.result()));
    }
    List<Step> steps = new ArrayList<>();
    List<Operand> planes = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      planes.add(inputs.get(i));
      if (op.operands().get(i)) {
        planes.set(i, new Operand(types.get(i), target.scratch(types.get(i).bytes())));
        steps.add(TransposeKernel.compile(target, new Transpose(Nhwc.toPlanes(types.get(i).shape().rank())), List.of(inputs.get(i)), planes.get(i)));
      }
    }
    Operand result = op.result() ? new Operand(type, target.scratch(type.bytes())) : output;
    steps.add(inner.compile(planes, result));
    if (op.result()) {
      steps.add(TransposeKernel.compile(target, new Transpose(Nhwc.toChannelsLast(type.shape().rank())), List.of(result), output));
    }
    return () -> steps.forEach(Step::run);
  }

  /// Whether a kernel takes operands of these types, and leaves its result, as they lie.
  static boolean direct(Target target, Nhwc op, List<TensorType> inputs) {
    List<TensorType> types = op.planes(inputs);
    return layoutsAsWritten(op) && direct(target, op.op(), types, op.op().infer(types));
  }

  /// Whether kernels are written for which operands and results are channels-last: not weights, and all images of a pool or none.
  private static boolean layoutsAsWritten(Nhwc op) {
    return switch (op.op()) {
      case Conv2d _, Conv2dGradInput _ -> !op.operands().get(1);
      case Conv2dGradWeight _ -> !op.result();
      case MaxPool2d _, MaxPool2dGrad _, AvgPool2d _, AvgPool2dGrad _ -> op.result() && !op.operands().contains(false);
      default -> true;
    };
  }

  /// Whether the kernel of `op` takes channels-last operands.
  private static boolean direct(Target target, Op op, List<TensorType> inputs, TensorType output) {
    PoolGeometry pool = PoolGeometry.of(op, inputs, output);
    return op instanceof BatchNorm || ConvPath.channelsLast(target, op, inputs, output) || pool != null && target.emits() && ChannelsLastPool.fits(pool);
  }
}
