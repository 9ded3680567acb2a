package dlt.op;

import static dlt.op.OpCase.indices;
import static dlt.op.OpCase.integers;
import static dlt.op.OpCase.operand;

import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;

/// One case an op that is large enough to keep a device busy, for its rate.
final class LargeCases {
  private static final int SIDE = 2048;

  private LargeCases() {}

  static List<OpCase> all() {
    Window same = Window.of(1, 1, 1, 1, 1, 1);
    Window half = Window.of(2, 2, 1, 1, 1, 1);
    AvgPool2d average = new AvgPool2d(half, 3, 3, true, 0, 0);
    return List.of(
        OpCase.of(new Unary(Unary.Kind.RELU), operand(SIDE, SIDE)),
        OpCase.of(new Binary(Binary.Kind.ADD), operand(SIDE, SIDE), operand(SIDE, SIDE)),
        OpCase.of(new Where(), operand(integers(0, 1), SIDE, SIDE), operand(SIDE, SIDE), operand(SIDE, SIDE)),
        OpCase.of(new Cast(DType.INT64), operand(SIDE, SIDE)),
        OpCase.of(new Reduce(Reduce.Kind.SUM, List.of(1), false), operand(SIDE, SIDE)),
        OpCase.of(new ArgMax(1), operand(SIDE, SIDE)),
        OpCase.of(new Softmax(1), operand(SIDE, SIDE)),
        OpCase.of(new LogSoftmax(1), operand(SIDE, SIDE)),
        OpCase.of(new MatMul(false, false), operand(SIDE, SIDE), operand(SIDE, SIDE)),
        OpCase.of(new Conv2d(same, 1), operand(32, 64, 56, 56), operand(64, 64, 3, 3)),
        OpCase.of(new Conv2dGradInput(same, 1, 56, 56), operand(32, 64, 56, 56), operand(64, 64, 3, 3)),
        OpCase.of(new Conv2dGradWeight(same, 1, 3, 3), operand(32, 64, 56, 56), operand(32, 64, 56, 56)),
        OpCase.of(new MaxPool2d(half, 3, 3), operand(16, 64, 64, 64)),
        OpCase.of(new MaxPool2dGrad(half, 3, 3), operand(16, 64, 64, 64), operand(16, 64, 32, 32)),
        OpCase.of(average, operand(16, 64, 64, 64)),
        OpCase.of(new AvgPool2dGrad(average, 64, 64), operand(16, 64, 32, 32)),
        OpCase.of(new BatchNorm(1e-5), operand(16, 64, 64, 64), operand(64), operand(64), operand(64), operand(OpCase.uniform(0.2, 3), 64)),
        OpCase.of(new Transpose(List.of(1, 0)), operand(SIDE, SIDE)),
        OpCase.of(new Expand(Shape.of(SIDE, SIDE)), operand(SIDE, 1)),
        OpCase.of(new Concat(1), operand(SIDE, SIDE / 2), operand(SIDE, SIDE / 2)),
        OpCase.of(new Slice(1, 0, SIDE / 2), operand(SIDE, SIDE)),
        OpCase.of(new Pad(List.of(1, 1), List.of(1, 1), 0), operand(SIDE, SIDE)),
        OpCase.of(new Gather(0), operand(SIDE, SIDE), indices(integers(0, SIDE - 1), SIDE)),
        OpCase.of(new ScatterAdd(0, SIDE), indices(integers(0, SIDE - 1), SIDE), operand(SIDE, SIDE)),
        OpCase.of(new OneHot(SIDE, 1), indices(integers(0, SIDE - 1), SIDE)),
        OpCase.of(new RandomUniform(1, Shape.of(SIDE, SIDE)), indices(integers(0, 9), 2)));
  }
}
