package dlt.op;

import static dlt.op.OpCase.indices;
import static dlt.op.OpCase.integers;
import static dlt.op.OpCase.operand;

import dlt.op.OpCase.Operand;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The cases of ops that put elements elsewhere.
final class MovementCases {
  private static final int[][] SHAPES = {{5}, {3, 4}, {2, 3, 4}, {2, 3, 4, 5}, {2, 3, 2, 3, 2}};

  private final List<OpCase> cases = new ArrayList<>();

  private MovementCases() {}

  static List<OpCase> all() {
    MovementCases table = new MovementCases();
    table.reshape();
    table.transpose();
    table.expand();
    table.concat();
    table.slice();
    table.pad();
    table.gather();
    table.oneHot();
    return table.cases;
  }

  private void add(Op op, Operand... operands) {
    cases.add(OpCase.of(op, operands));
  }

  private static Operand longs(int... dims) {
    return indices(integers(-1000, 1000), dims);
  }

  private void reshape() {
    add(new Reshape(Shape.of(12)), operand(3, 4));
    add(new Reshape(Shape.of(2, 60)), operand(2, 3, 4, 5));
    add(new Reshape(Shape.of(4, 1, 3)), operand(12));
    add(new Reshape(Shape.SCALAR), operand(1, 1));
    add(new Reshape(Shape.of(1)), operand());
    add(new Reshape(Shape.of(33, 3)), longs(3, 33));
  }

  private void transpose() {
    add(new Transpose(List.of()), operand());
    for (int[] shape : new int[][] {{5}, {3, 4}, {2, 3, 4}, {2, 3, 4, 5}}) {
      for (List<Integer> permutation : permutations(Shape.of(shape).axes())) {
        add(new Transpose(permutation), operand(shape));
        add(new Transpose(permutation), longs(shape));
      }
    }
    add(new Transpose(List.of(4, 2, 0, 3, 1)), operand(2, 3, 4, 5, 6));
    add(new Transpose(List.of(0, 2, 1, 4, 3)), operand(2, 3, 4, 5, 6));
    for (int n : OpCases.SIZES) {
      add(new Transpose(List.of(1, 0)), operand(n, 33));
      add(new Transpose(List.of(1, 0)), operand(17, n));
      add(new Transpose(List.of(0, 2, 3, 1)), operand(2, 5, 3, n));
      add(new Transpose(List.of(0, 3, 1, 2)), operand(2, 5, 3, n));
    }
  }

  private static List<List<Integer>> permutations(List<Integer> axes) {
    if (axes.isEmpty()) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (Integer first : axes) {
      for (List<Integer> rest : permutations(axes.stream().filter(a -> !a.equals(first)).toList())) {
        List<Integer> permutation = new ArrayList<>(List.of(first));
        permutation.addAll(rest);
        all.add(permutation);
      }
    }
    return all;
  }

  private void expand() {
    add(new Expand(Shape.of(3, 4)), operand());
    add(new Expand(Shape.of(3, 4)), operand(4));
    add(new Expand(Shape.of(3, 4)), operand(3, 1));
    add(new Expand(Shape.of(3, 4)), operand(1, 1));
    add(new Expand(Shape.of(2, 3, 4, 5)), operand(3, 1, 1));
    add(new Expand(Shape.of(2, 3, 4, 5)), operand(2, 1, 4, 1));
    add(new Expand(Shape.of(2, 3, 2, 3, 2)), operand(2, 1, 2));
    add(new Expand(Shape.of(3, 4)), longs(3, 1));
    for (int n : OpCases.SIZES) {
      add(new Expand(Shape.of(3, n)), operand(n));
      add(new Expand(Shape.of(n, 3)), operand(n, 1));
    }
  }

  private void concat() {
    for (int[] shape : SHAPES) {
      for (int dim = 0; dim < shape.length; dim++) {
        int[] other = shape.clone();
        other[dim] = 7;
        int[] one = shape.clone();
        one[dim] = 1;
        add(new Concat(dim), operand(shape), operand(other));
        add(new Concat(dim), operand(one), operand(shape), operand(other));
        add(new Concat(dim), longs(shape), longs(other));
      }
    }
    for (int n : OpCases.SIZES) {
      add(new Concat(1), operand(3, n), operand(3, 17));
    }
    add(new Concat(1), operand(2, 16, 5, 5), operand(2, 8, 5, 5), operand(2, 3, 5, 5));
    add(new Concat(0), operand(3));
  }

  private void slice() {
    for (int[] shape : SHAPES) {
      for (int dim = 0; dim < shape.length; dim++) {
        add(new Slice(dim, 0, 1), operand(shape));
        add(new Slice(dim, 1, shape[dim] - 1), operand(shape));
        add(new Slice(dim, 0, shape[dim]), operand(shape));
        add(new Slice(dim, shape[dim] - 1, 1), longs(shape));
      }
    }
    for (int n : OpCases.SIZES) {
      add(new Slice(1, 3, n), operand(3, n + 5));
    }
  }

  private void pad() {
    for (int[] shape : SHAPES) {
      for (int dim = 0; dim < shape.length; dim++) {
        List<Integer> none = Collections.nCopies(shape.length, 0);
        List<Integer> two = new ArrayList<>(none);
        two.set(dim, 2);
        add(new Pad(two, none, 0), operand(shape));
        add(new Pad(none, two, 1.5), operand(shape));
        add(new Pad(two, two, -3), longs(shape));
      }
    }
    add(new Pad(List.of(0, 0, 1, 2), List.of(0, 0, 3, 1), 0), operand(2, 3, 4, 5));
    add(new Pad(List.of(0, 0, 2, 2), List.of(0, 0, 2, 2), 0.1), operand(2, 3, 5, 33));
    add(new Pad(List.of(), List.of(), 0), operand());
  }

  private void gather() {
    for (int[] shape : SHAPES) {
      for (int dim = 0; dim < shape.length; dim++) {
        // repeated indices, and some beyond both ends
        gather(shape, dim, 6);
        gather(shape, dim, 2, 3);
        gather(shape, dim);
      }
    }
    for (int n : OpCases.SIZES) {
      gather(new int[] {10, n}, 0, 7);
      gather(new int[] {n}, 0, 33);
      gather(new int[] {3, n}, 1, 5);
    }
    add(new Gather(0), longs(7, 3), indices(integers(0, 6), 5));
  }

  private void gather(int[] shape, int dim, int... indices) {
    Gather gather = new Gather(dim);
    Operand at = indices(integers(-1, shape[dim]), indices);
    add(gather, operand(shape), at);
    add(new ScatterAdd(dim, shape[dim]), at, operand(gather.infer(List.of(operand(shape).type(), at.type())).shape().toArray()));
  }

  private void oneHot() {
    for (int[] shape : new int[][] {{}, {1}, {5}, {3, 4}, {2, 3, 4}}) {
      for (int dim = 0; dim <= shape.length; dim++) {
        add(new OneHot(5, dim), indices(integers(-1, 5), shape));
      }
    }
    for (int n : OpCases.SIZES) {
      add(new OneHot(n, 1), indices(integers(0, n - 1), 17));
    }
  }
}
