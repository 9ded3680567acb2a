package dlt.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.cuda.Tiling.Tile;
import dlt.backend.cuda.driver.Context;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.backend.reference.ReferenceBackend;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.MatMul;
import dlt.op.Nhwc;
import dlt.op.Op;
import dlt.op.OpCaseRunner;
import dlt.op.Window;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Products and convolutions on the software GPU with every tile and in every precision, whatever [Tiling] would choose.
class ProductKernelTest {
  static Stream<Arguments> tiles() {
    return Arrays.stream(Precision.values()).flatMap(p -> Arrays.stream(Tile.values()).map(t -> Arguments.of(p, t)));
  }

  // ---- products of matrices

  @ParameterizedTest
  @MethodSource("tiles")
  void productsAreRightAroundTheEdgesOfTiles(Precision precision, Tile tile) {
    int s = tile.size;
    int d = tile.depth;
    int[][] sizes = {{s - 1, s + 1, d + 1}, {s, s, d}, {s + 1, s - 1, 3 * d - 1}, {s + 4, 8, 2 * d}, {3, s + 4, 4 * d + 4}, {1, 1, 1}, {5, 4, 0}};
    for (int i = 0; i < sizes.length; i++) {
      matches(precision, tile, 1, matmul(i % 2 == 0, i / 2 % 2 == 0, sizes[i]));
      matches(precision, tile, 1, matmul(i % 2 != 0, i / 2 % 2 == 0, sizes[i]));
    }
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void slicesOfKAddUp(Precision precision, Tile tile) {
    matches(precision, tile, 3, matmul(false, true, 10, 7, 5 * tile.depth + 3));
    matches(precision, tile, 4, matmul(true, false, 5, 12, 7 * tile.depth));
    matches(precision, tile, 2, new Case(new MatMul(false, false), Shape.of(3, 4, 40), Shape.of(3, 40, 9)));
    matches(precision, tile, 2, new Case(new MatMul(true, true), Shape.of(40, 9), Shape.of(6, 40)).withBias(6, true));
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void aBiasIsAddedAndWhatIsNegativeBecomesZero(Precision precision, Tile tile) {
    for (boolean relu : new boolean[] {false, true}) {
      for (int t = 0; t < 4; t++) {
        matches(precision, tile, 1, matmul((t & 1) != 0, (t & 2) != 0, 9, 17 + t, 20).withBias(17 + t, relu));
      }
      matches(precision, tile, 2, matmul(false, true, 9, 20, 2 * tile.depth).withBias(20, relu));
    }
  }

  @Test
  void leadingDimensionsThatBroadcastInTurnsAreGoneThrough() {
    matches(Precision.FLOAT32, Tile.SMALL, 1,
        new Case(new MatMul(false, false), Shape.of(2, 1, 3, 1, 2, 1, 3, 5), Shape.of(2, 3, 1, 2, 1, 2, 5, 4)));
  }

  // ---- convolutions

  @ParameterizedTest
  @MethodSource("tiles")
  void convolutionsAreRightInBothLayouts(Precision precision, Tile tile) {
    for (boolean last : new boolean[] {false, true}) {
      convolutions(precision, tile, last, last, 2, 4, 9, 6, 12, 3, Window.of(1, 1, 1, 1, 1, 1), 1);
      convolutions(precision, tile, last, last, 1, 3, 8, 8, 5, 3, Window.of(2, 2, 1, 1, 1, 1), 1);
      convolutions(precision, tile, last, last, 1, 8, 9, 9, 4, 3, new Window(2, 3, 0, 1, 1, 2, 2, 1), 1);
      convolutions(precision, tile, last, last, 1, 8, 5, 5, 8, 1, Window.of(1, 1, 0, 0, 1, 1), 1);
      convolutions(precision, tile, last, last, 1, 24, 5, 4, 40, 3, Window.of(1, 1, 1, 1, 1, 1), 2);
    }
  }

  @ParameterizedTest
  @MethodSource("tiles")
  void convolutionsTakeWeightsAndImagesOfDifferentLayouts(Precision precision, Tile tile) {
    for (boolean last : new boolean[] {false, true}) {
      convolutions(precision, tile, last, !last, 1, 8, 5, 7, 4, 3, new Window(2, 1, 1, 0, 1, 0, 1, 1), 1);
      convolutions(precision, tile, last, !last, 1, 18, 5, 4, 20, 2, Window.of(1, 1, 0, 0, 1, 1), 2);
      convolutions(precision, tile, last, !last, 1, 24, 5, 4, 24, 3, Window.of(1, 1, 1, 1, 1, 1), 2);
    }
  }

  /// Some of the remainders of pixels by strides meet fewer taps than others, some none.
  @ParameterizedTest
  @MethodSource("tiles")
  void remaindersByTheStridesAreOneGrid(Precision precision, Tile tile) {
    remainders(precision, tile, 3, Window.of(2, 2, 1, 1, 1, 1), 8, 6);
    remainders(precision, tile, 2, Window.of(2, 2, 0, 0, 1, 1), 4, 6);
    remainders(precision, tile, 1, Window.of(2, 2, 0, 0, 1, 1), 6, 4);
    remainders(precision, tile, 3, new Window(1, 3, 1, 0, 0, 2, 1, 1), 4, 9);
    remainders(precision, tile, 5, Window.of(3, 2, 2, 1, 1, 1), 6, 8);
  }

  private static void remainders(Precision precision, Tile tile, int kernel, Window window, int h, int w) {
    Op op = new Nhwc(new Conv2dGradInput(window, 1, h, w), List.of(true, true), true);
    Case c = new Case(op, images(true, 2, 12, window.outHeight(h, kernel), window.outWidth(w, kernel)), images(true, 12, 8, kernel, kernel));
    for (int slices : new int[] {1, 2}) {
      matches(precision, tile, slices, c);
      matches(precision, tile, slices, c.withBias(8, true));
    }
  }

  private static void convolutions(Precision precision, Tile tile, boolean last, boolean weightsLast, int n, int c, int h, int w, int o, int kernel,
      Window window, int groups) {
    Shape x = images(last, n, c, h, w);
    Shape y = images(last, n, o, window.outHeight(h, kernel), window.outWidth(w, kernel));
    Shape weights = images(weightsLast, o, c / groups, kernel, kernel);
    for (int slices : new int[] {1, 3}) {
      matches(precision, tile, slices, new Case(new Nhwc(new Conv2d(window, groups), List.of(last, weightsLast), last), x, weights).withBias(o, slices == 1));
      matches(precision, tile, slices, new Case(new Nhwc(new Conv2dGradInput(window, groups, h, w), List.of(last, weightsLast), last), y, weights));
      matches(precision, tile, slices, new Case(new Nhwc(new Conv2dGradWeight(window, groups, kernel, kernel), List.of(last, last), weightsLast), x, y));
    }
  }

  private static Shape images(boolean last, int n, int c, int h, int w) {
    return last ? Shape.of(n, h, w, c) : Shape.of(n, c, h, w);
  }

  // ---- the same bits

  @ParameterizedTest
  @EnumSource(Precision.class)
  void theOrderOfWarpsBlocksAndCopiesChangesNothing(Precision precision) {
    Window window = Window.of(2, 2, 1, 1, 1, 1);
    for (Case c : List.of(matmul(false, true, 70, 33, 100).withBias(33, true), new Case(new Conv2d(window, 1), Shape.of(2, 3, 9, 9), Shape.of(6, 3, 3, 3)),
        new Case(new Conv2dGradWeight(window, 1, 3, 3), Shape.of(2, 3, 9, 9), Shape.of(2, 6, 5, 5)))) {
      for (Tile tile : Tile.values()) {
        float[] first = run(precision, tile, 2, c, 1);
        for (int seed = 2; seed < 5; seed++) {
          assertThat(run(precision, tile, 2, c, seed)).isEqualTo(first);
        }
      }
    }
  }

  // ---- what is run

  /// @param bias elements, or 0
  private record Case(Op op, Shape a, Shape b, int bias, boolean relu) {
    Case(Op op, Shape a, Shape b) {
      this(op, a, b, 0, false);
    }

    Case withBias(int bias, boolean relu) {
      return new Case(op, a, b, bias, relu);
    }

    TensorType type() {
      return op.infer(List.of(new TensorType(DType.FLOAT32, a), new TensorType(DType.FLOAT32, b)));
    }

    /// Values with digits that the precisions round away, the same each time.
    float[] values(int operand) {
      Random random = new Random(operand);
      float[] r = new float[(int) (operand == 0 ? a.size() : operand == 1 ? b.size() : bias)];
      for (int i = 0; i < r.length; i++) {
        r[i] = random.nextFloat(-2, 2);
      }
      return r;
    }
  }

  private static Case matmul(boolean transposeA, boolean transposeB, int... sizes) {
    return new Case(new MatMul(transposeA, transposeB), transposeA ? Shape.of(sizes[2], sizes[0]) : Shape.of(sizes[0], sizes[2]),
        transposeB ? Shape.of(sizes[1], sizes[2]) : Shape.of(sizes[2], sizes[1]));
  }

  /// Nearest, ties away from zero for TF32 and to even for bfloat16.
  private static float rounded(Precision precision, float x) {
    int bits = Float.floatToRawIntBits(x);
    return switch (precision) {
      case FLOAT32 -> x;
      case TF32 -> Float.intBitsToFloat(bits + 0x1000 & ~0x1fff);
      case BF16 -> Float.intBitsToFloat(bits + 0x7fff + (bits >> 16 & 1) & ~0xffff);
    };
  }

  private static void matches(Precision precision, Tile tile, int slices, Case c) {
    HostTensor a = HostTensor.ofDoubles(c.a, doubles(precision, c.values(0)));
    HostTensor b = HostTensor.ofDoubles(c.b, doubles(precision, c.values(1)));
    double[] expected;
    double[] scale;
    try (ReferenceBackend reference = new ReferenceBackend()) {
      expected = OpCaseRunner.run(reference, c.op, List.of(a, b)).toDoubles();
      scale = OpCaseRunner.run(reference, c.op, List.of(absolute(a), absolute(b))).toDoubles();
    }
    float[] bias = c.values(2);
    float[] actual = run(precision, tile, slices, c, 1);
    Shape shape = c.type().shape();
    int inner = c.op instanceof Conv2d || c.op instanceof Nhwc op && !op.result() ? shape.dim(2) * shape.dim(3) : 1;
    for (int i = 0; i < expected.length; i++) {
      double e = c.bias == 0 ? expected[i] : expected[i] + bias[i / inner % c.bias];
      assertThat((double) actual[i]).as("%s, element %d of %s", c, i, shape)
          .isCloseTo(c.relu ? Math.max(0, e) : e, within(0x1p-20 * (scale[i] + Math.abs(e)) + Float.MIN_NORMAL));
    }
  }

  private static double[] doubles(Precision precision, float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> rounded(precision, values[i])).toArray();
  }

  private static HostTensor absolute(HostTensor t) {
    return HostTensor.ofDoubles(t.shape(), Arrays.stream(t.toDoubles()).map(Math::abs).toArray());
  }

  private static float[] run(Precision precision, Tile tile, int slices, Case c, long seed) {
    try (Arena arena = Arena.ofConfined(); Context context = new SoftwareDriver(SoftwareDriver.GPU, seed).open(SoftwareDriver.GPU);
        Modules modules = new Modules(context)) {
      Context.Stream stream = context.createStream();
      List<Operand> in = new ArrayList<>();
      for (Shape shape : List.of(c.a, c.b, Shape.of(Math.max(1, c.bias)))) {
        in.add(new Operand(new TensorType(DType.FLOAT32, shape), context.allocate(Math.max(4, shape.size() * Float.BYTES))));
        upload(context, stream, in.getLast().address(), c.values(in.size() - 1));
      }
      Operand out = new Operand(c.type(), context.allocate(c.type().bytes()));
      Target target = new Target(SoftwareDriver.GPU, precision, arena, context::allocate,
          (p, tiles, m, n, k, products) -> tiling(tiles.contains(tile) ? tile : tiles.getFirst(), k, slices));
      Optional<Epilogue> epilogue = c.bias == 0 ? Optional.empty() : Optional.of(Epilogue.of(in.get(2), c.relu));
      List<Launch> launches = compile(target, c.op, in, epilogue, out);
      modules.load(launches);
      for (Launch l : launches) {
        context.launch(modules.function(l.kernel()), l.grid(), l.block(), l.sharedBytes(), l.argument(), stream);
      }
      MemorySegment host = context.allocatePinned(c.type().bytes());
      context.copyToHost(host, out.address(), stream);
      context.synchronize(stream);
      return host.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static Tiling tiling(Tile tile, int k, int slices) {
    return Tiling.of(tile, Tiling.divided(k, tile.depth), slices);
  }

  private static List<Launch> compile(Target target, Op any, List<Operand> in, Optional<Epilogue> epilogue, Operand out) {
    return switch (any) {
      case MatMul op -> MatMulKernel.compile(target, op, in, epilogue, out);
      case Conv2d op -> Conv2dKernel.compile(target, op, Images.planes(in.get(0)), Images.planes(in.get(1)), epilogue, Images.planes(out));
      case Conv2dGradInput op -> Conv2dGradInputKernel.compile(target, op, Images.planes(in.get(0)), Images.planes(in.get(1)), epilogue, Images.planes(out));
      case Conv2dGradWeight op -> Conv2dGradWeightKernel.compile(target, op, Images.planes(in.get(0)), Images.planes(in.get(1)), Images.planes(out));
      case Nhwc op -> NhwcKernel.compile(target, op, in.subList(0, 2), epilogue, out, (_, _) -> {
        throw new AssertionError("moved: " + op);
      });
      default -> throw new AssertionError(any);
    };
  }

  private static void upload(Context context, Context.Stream stream, long address, float[] values) {
    if (values.length > 0) {
      MemorySegment host = context.allocatePinned((long) values.length * Float.BYTES);
      MemorySegment.copy(values, 0, host, ValueLayout.JAVA_FLOAT, 0, values.length);
      context.copyToDevice(address, host, stream);
      context.synchronize(stream);
    }
  }
}
