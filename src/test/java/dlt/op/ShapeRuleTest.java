package dlt.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ShapeRuleTest {
  private static final Window PLAIN = Window.of(1, 1, 0, 0, 1, 1);

  private static TensorType f(int... dims) {
    return TensorType.float32(dims);
  }

  private static TensorType i(int... dims) {
    return TensorType.int64(dims);
  }

  private static Arguments bad(Op op, String message, TensorType... operands) {
    return Arguments.of(op, message, List.of(operands));
  }

  static Stream<Arguments> operandsThatDoNotFit() {
    AvgPool2d average = new AvgPool2d(PLAIN, 2, 2, true, 0, 0);
    return Stream.of(
        bad(new MatMul(false, false), "[matmul] [8, 3] met [4, 2]: inner sizes 3 and 4 differ", f(8, 3), f(4, 2)),
        bad(new MatMul(true, false), "[8, 3] transposed met [4, 2]: inner sizes 8 and 4 differ", f(8, 3), f(4, 2)),
        bad(new MatMul(false, false), "leading dimensions do not broadcast", f(2, 8, 3), f(3, 3, 2)),
        bad(new MatMul(false, false), "both need two dimensions or more", f(3), f(3, 2)),
        bad(new MatMul(false, false), "takes 2 operands, not 1", f(3, 3)),
        bad(new Binary(Binary.Kind.ADD), "[add] [2, 3] met [4], which do not broadcast", f(2, 3), f(4)),
        bad(new Binary(Binary.Kind.ADD), "needs float32 operands, met int64[2]", i(2), i(2)),
        bad(new Binary(Binary.Kind.EQUAL), "needs float32 operands", f(2), i(2)),
        bad(new Unary(Unary.Kind.EXP), "[exp] needs float32 operands, met int64[2]", i(2)),
        bad(new Where(), "[where]", f(2), f(3), f(1)),
        bad(new Cast(DType.UINT8), "float32 and int64 only", f(2)),
        bad(new Reduce(Reduce.Kind.SUM, List.of(2), false), "[reduce_sum] dimension 2 met [2, 3]", f(2, 3)),
        bad(new Reduce(Reduce.Kind.SUM, List.of(1, 0), false), "not ascending", f(2, 3)),
        bad(new Reduce(Reduce.Kind.SUM, List.of(1, 1), false), "not ascending", f(2, 3)),
        bad(new Reduce(Reduce.Kind.MAX, List.of(0), false), "no elements in dimensions [0]", f(0, 3)),
        bad(new ArgMax(1), "no elements in dimension 1", f(3, 0)),
        bad(new Softmax(2), "dimension 2 met [2, 3]", f(2, 3)),
        bad(new LogSoftmax(-1), "dimension -1 met [2, 3]", f(2, 3)),
        bad(new Conv2d(PLAIN, 1), "images [2, 3, 8, 8] met weights [4, 2, 3, 3] in 1 groups", f(2, 3, 8, 8), f(4, 2, 3, 3)),
        bad(new Conv2d(PLAIN, 2), "in 2 groups", f(2, 4, 8, 8), f(3, 2, 3, 3)),
        bad(new Conv2d(PLAIN, 0), "in 0 groups", f(2, 0, 8, 8), f(3, 2, 3, 3)),
        bad(new Conv2d(PLAIN, 1), "a kernel of 3x3 (dilation 1x1) is larger than the padded image 2x8", f(2, 3, 2, 8), f(4, 3, 3, 3)),
        bad(new Conv2d(PLAIN, 1), "needs images [N, C, H, W], met [3, 8, 8]", f(3, 8, 8), f(4, 3, 3, 3)),
        bad(new Conv2d(PLAIN, 1), "has no pixels", f(2, 3, 2, 8), f(4, 3, 0, 3)),
        bad(new Conv2dGradInput(PLAIN, 1, 9, 8), "gradients [2, 4, 6, 6] met weights [4, 3, 3, 3] for images [2, 3, 9, 8]",
            f(2, 4, 6, 6), f(4, 3, 3, 3)),
        bad(new Conv2dGradInput(PLAIN, 0, 8, 8), "in 0 groups", f(2, 4, 6, 6), f(4, 3, 3, 3)),
        bad(new Conv2dGradWeight(PLAIN, 1, 2, 3), "for a kernel of 2x3", f(2, 3, 8, 8), f(2, 4, 6, 6)),
        bad(new Conv2dGradWeight(PLAIN, 0, 3, 3), "in 0 groups", f(2, 3, 8, 8), f(2, 4, 6, 6)),
        bad(new MaxPool2d(PLAIN, 9, 2), "larger than the padded image", f(2, 3, 8, 8)),
        bad(new MaxPool2dGrad(PLAIN, 2, 2), "[max_pool2d_grad] images [2, 3, 8, 8] met gradients [2, 3, 8, 8]",
            f(2, 3, 8, 8), f(2, 3, 8, 8)),
        bad(new AvgPool2d(Window.of(1, 1, 0, 0, 2, 2), 2, 2, true, 0, 0), "has no dilation", f(2, 3, 8, 8)),
        bad(new AvgPool2d(PLAIN, 2, 2, true, 1, 0), "no part of the padding", f(2, 3, 8, 8)),
        bad(new AvgPool2dGrad(average, 8, 8), "gradients [2, 3, 8, 7] do not come from images [2, 3, 8, 8]", f(2, 3, 8, 7)),
        bad(new BatchNorm(1e-5), "[2, 3, 4] met [4]: needs [N, C, ...] and [C]", f(2, 3, 4), f(3), f(3), f(4), f(3)),
        bad(new Reshape(Shape.of(5)), "[reshape] [2, 3] to [5]: the number of elements differs", f(2, 3)),
        bad(new Transpose(List.of(0, 0)), "permutation [0, 0] met [2, 3]", f(2, 3)),
        bad(new Expand(Shape.of(3)), "[expand] [2, 3] to [3]", f(2, 3)),
        bad(new Expand(Shape.of(4, 3)), "[expand] [2, 3] to [4, 3]", f(2, 3)),
        bad(new Concat(0), "one operand or more"),
        bad(new Concat(1), "only dimension 1 may differ", f(2, 3), f(3, 3)),
        bad(new Concat(0), "only dimension 0 may differ", f(2, 3), i(2, 3)),
        bad(new Slice(1, 2, 2), "2 elements from 2 on of dimension 1 met [2, 3]", f(2, 3)),
        bad(new Slice(1, Integer.MAX_VALUE, 2), "met [2, 3]", f(2, 3)),
        bad(new Pad(List.of(1), List.of(1), 0), "padding [1] and [1] met [2, 3]", f(2, 3)),
        bad(new Pad(List.of(0, -1), List.of(0, 0), 0), "padding [0, -1]", f(2, 3)),
        bad(new Gather(0), "needs int64 indices, met float32[4]", f(2, 3), f(4)),
        bad(new Gather(2), "[gather] dimension 2 met [2, 3]", f(2, 3), i(4)),
        bad(new ScatterAdd(0, 5), "indices int64[4] met slices float32[3, 2]", i(4), f(3, 2)),
        bad(new ScatterAdd(-1, 5), "along dimension -1", i(4), f(4, 2)),
        bad(new OneHot(5, 2), "needs int64 indices", i(4)),
        bad(new OneHot(5, 0), "needs int64 indices, met float32[4]", f(4)),
        bad(new RandomUniform(0, Shape.of(3)), "needs [seed, step] as int64[2]", i(3)));
  }

  @ParameterizedTest
  @MethodSource("operandsThatDoNotFit")
  void operandsThatDoNotFitAreNamed(Op op, String message, List<TensorType> operands) {
    assertThatThrownBy(() -> op.infer(operands)).isInstanceOf(ShapeException.class).hasMessageContaining(message);
  }

  /// Not a smaller size, at which a kernel would read past its operands.
  @Test
  void sizesThatNoIntHoldsAreRefused() {
    int most = Integer.MAX_VALUE;
    TensorType image = f(1, 1, 8, 8);
    List<Op> windows = List.of(
        new Conv2d(Window.of(1, 1, 0, 0, most, 1), 1),
        new Conv2d(Window.of(1, 1, 0, 0, 1, 1 << 30), 1),
        new Conv2d(Window.of(1, 1, most, 0, 1, 1), 1),
        new Conv2d(Window.of(most, most, 0, 1 << 30, 1, 1), 1));
    for (Op op : windows) {
      assertThatThrownBy(() -> op.infer(List.of(image, f(1, 1, 5, 5)))).as(op.toString()).isInstanceOf(ArithmeticException.class);
    }
    assertThatThrownBy(() -> new Concat(0).infer(List.of(f(1 << 30), f(1 << 30)))).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> new Pad(List.of(most), List.of(most), 0).infer(List.of(f(3)))).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void outputSizesAreThoseOfPyTorch() {
    assertThat(new Conv2d(Window.of(2, 2, 3, 3, 1, 1), 1).infer(List.of(f(1, 3, 224, 224), f(64, 3, 7, 7)))).isEqualTo(f(1, 64, 112, 112));
    assertThat(new Conv2d(Window.of(1, 1, 2, 2, 2, 2), 4).infer(List.of(f(1, 4, 9, 9), f(8, 1, 3, 3)))).isEqualTo(f(1, 8, 9, 9));
    assertThat(new Conv2dGradInput(Window.of(2, 2, 1, 1, 1, 1), 1, 8, 8).infer(List.of(f(1, 6, 4, 4), f(6, 3, 4, 4))))
        .isEqualTo(f(1, 3, 8, 8));
    assertThat(new MatMul(true, true).infer(List.of(f(5, 1, 3, 8), f(2, 4, 3)))).isEqualTo(f(5, 2, 8, 4));
    assertThat(new Gather(1).infer(List.of(f(2, 9, 3), i(4, 5)))).isEqualTo(f(2, 4, 5, 3));
    assertThat(new OneHot(7, 1).infer(List.of(i(2, 3)))).isEqualTo(f(2, 7, 3));
  }

  @Test
  void namesAreInSnakeCase() {
    assertThat(new Conv2dGradInput(PLAIN, 1, 1, 1).name()).isEqualTo("conv2d_grad_input");
    assertThat(new MaxPool2d(PLAIN, 1, 1).name()).isEqualTo("max_pool2d");
    assertThat(new LogSoftmax(0).name()).isEqualTo("log_softmax");
  }
}
