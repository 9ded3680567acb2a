package dlt.backend.cpu;

import dlt.op.Pad;
import java.util.List;

/// A border of one value: the result filled with it, then a copy into the middle.
final class PadKernel {
  private PadKernel() {}

  static Step compile(Target target, Pad op, List<Operand> inputs, Operand output) {
    Operand x = inputs.getFirst();
    long[] strides = output.shape().strides();
    long start = 0;
    for (int d = 0; d < strides.length; d++) {
      start += op.before().get(d) * strides[d];
    }
    Step border = FillKernel.step(target, output, op.value());
    Step middle = new StridedCopy(target, x.shape().toArray(), x, 0, x.shape().strides(), output, start, strides).step();
    return () -> {
      border.run();
      middle.run();
    };
  }
}
