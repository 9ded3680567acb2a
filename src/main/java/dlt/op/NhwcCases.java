package dlt.op;

import dlt.tensor.TensorType;
import java.util.Collections;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Convolutions, pools and batch norm on channels-last images: each op and its gradients, and mixtures of both layouts.
final class NhwcCases {
  private final List<OpCase> cases = new ArrayList<>();

  private NhwcCases() {}

  static List<OpCase> all() {
    NhwcCases table = new NhwcCases();
    table.convolutions(2, 12, 7, 5, 20, Window.of(2, 1, 1, 0, 1, 1));
    table.convolutions(1, 24, 5, 4, 12, Window.of(1, 1, 1, 1, 1, 1));
    table.grouped(2, 8, 6, 5, 16, 2);
    table.grouped(2, 24, 6, 5, 48, 2);
    table.grouped(2, 6, 6, 5, 6, 6);
    for (int c : new int[] {1, 3, 7, 8, 9, 15, 16, 17, 33}) {
      table.convolutions(2, c, 7, 5, 33, Window.of(1, 1, 1, 1, 1, 1));
      table.convolutions(1, 33, 5, 9, c, Window.of(2, 2, 1, 1, 1, 1));
      table.pools(2, c, 7, 5, Window.of(2, 2, 1, 1, 1, 1));
      table.pools(1, c, 9, 11, Window.of(1, 3, 0, 1, 1, 1));
      OpCase.Operand channels = OpCase.operand(OpCase.uniform(0.5, 2), c);
      table.add(new BatchNorm(1e-5), 1, OpCase.operand(2, c, 5, 3), channels, channels, channels, channels);
      table.add(new BatchNorm(1e-5), 1, OpCase.operand(3, c, 7), channels, channels, channels, channels);
    }
    return table.cases;
  }

  private void convolutions(int n, int c, int h, int w, int o, Window window) {
    OpCase.Operand x = OpCase.operand(n, c, h, w);
    OpCase.Operand y = OpCase.operand(n, o, window.outHeight(h, 3), window.outWidth(w, 3));
    OpCase.Operand weights = OpCase.operand(o, c, 3, 3);
    for (boolean operand : new boolean[] {false, true}) {
      for (boolean result : new boolean[] {false, true}) {
        add(new Conv2d(window, 1), List.of(operand, false), result, x, weights);
        add(new Conv2dGradInput(window, 1, h, w), List.of(operand, false), result, y, weights);
        add(new Conv2dGradWeight(window, 1, 3, 3), List.of(operand, result), false, x, y);
      }
      add(new Conv2d(window, 1), List.of(operand, true), true, x, weights);
      add(new Conv2dGradInput(window, 1, h, w), List.of(operand, true), true, y, weights);
      add(new Conv2dGradWeight(window, 1, 3, 3), List.of(operand, true), true, x, y);
    }
  }

  private void grouped(int n, int c, int h, int w, int o, int groups) {
    Window window = Window.of(1, 2, 1, 1, 1, 1);
    OpCase.Operand x = OpCase.operand(n, c, h, w);
    OpCase.Operand y = OpCase.operand(n, o, window.outHeight(h, 3), window.outWidth(w, 3));
    OpCase.Operand weights = OpCase.operand(o, c / groups, 3, 3);
    for (boolean last : new boolean[] {false, true}) {
      add(new Conv2d(window, groups), List.of(true, last), true, x, weights);
      add(new Conv2dGradInput(window, groups, h, w), List.of(true, last), true, y, weights);
      add(new Conv2dGradWeight(window, groups, 3, 3), List.of(true, true), last, x, y);
    }
  }

  private void pools(int n, int c, int h, int w, Window window) {
    OpCase.Operand x = OpCase.operand(n, c, h, w);
    OpCase.Operand y = OpCase.operand(n, c, window.outHeight(h, 3), window.outWidth(w, 3));
    AvgPool2d average = new AvgPool2d(window, 3, 3, true, 0, 0);
    add(new MaxPool2d(window, 3, 3), 1, x);
    add(new MaxPool2dGrad(window, 3, 3), 2, x, y);
    add(average, 1, x);
    add(new AvgPool2dGrad(average, h, w), 1, y);
    add(new MaxPool2d(window, 3, 3), List.of(true), false, x);
    add(new MaxPool2dGrad(window, 3, 3), List.of(true, false), true, x, y);
    add(new AvgPool2dGrad(average, h, w), List.of(false), true, y);
  }

  /// The first operands and the result are images.
  private void add(Op op, int images, OpCase.Operand... operands) {
    List<Boolean> channelsLast = new ArrayList<>(Collections.nCopies(images, true));
    channelsLast.addAll(Collections.nCopies(operands.length - images, false));
    add(op, channelsLast, true, operands);
  }

  private void add(Op op, List<Boolean> channelsLast, boolean result, OpCase.Operand... operands) {
    Nhwc nhwc = new Nhwc(op, channelsLast, result);
    cases.add(new OpCase(nhwc, IntStream.range(0, operands.length).mapToObj(i -> channelsLast.get(i) ? last(operands[i]) : operands[i]).toList(), false));
  }

  private static OpCase.Operand last(OpCase.Operand o) {
    int rank = o.type().shape().rank();
    return new OpCase.Operand(TensorType.float32(Nhwc.toChannelsLast(rank).stream().mapToInt(o.type().shape()::dim).toArray()), o.values());
  }
}
