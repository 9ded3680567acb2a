package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context.Extent;
import dlt.error.Failure;
import dlt.tensor.Shape;
import java.util.List;
import java.util.function.Consumer;

/// The products of matrices that one launch makes: `products` times m x k by k x n, whose outputs begin `places` apart, cut into
/// tiles and slices. `Product` of product.h.
///
/// @param partial the address of the partial sums [slices, products, m, n], or 0 where there is one slice
record Product(int m, int n, int k, int products, Strides places, Tiling tiling, long partial) {
  /// The most blocks in the second and third dimension of a grid.
  static final int MOST = 65535;
  private static final String SLICES = "slices";

  /// Cut into one kind of `tiles` for `target`, with scratch memory for partial sums.
  static Product of(Target target, List<Tiling.Tile> tiles, int m, int n, int k, int products, Strides places) {
    Tiling tiling = target.tilings().of(target.precision(), tiles, m, n, k, products);
    long partial = tiling.slices() == 1 ? 0 : target.scratch().allocate((long) tiling.slices() * products * m * n * Float.BYTES);
    return new Product(m, n, k, products, places, tiling, partial);
  }

  /// The launches of the kernel `name` of `module`, which are completed by the precision and the tile, and of the sum of the
  /// slices: the kernel's parameters are what `operands` adds, this, what `rest` adds, and `output`.
  List<Launch> launches(Target target, String module, String name, Consumer<Arguments> operands, Output output, Consumer<Arguments> rest) {
    Arguments arguments = new Arguments();
    operands.accept(arguments);
    addTo(arguments);
    rest.accept(arguments);
    output.addTo(arguments);
    Launch product = new Launch(new Launch.Shipped(module + "_" + suffix(target.precision()), name + "_" + tiling.tile().suffix()),
        new Extent(Math.toIntExact(tiling.tile().tiles(m, n)), products, tiling.slices()), tiling.tile().block(target.precision()), 0,
        arguments.build(target.arena()));
    return partial == 0 ? List.of(output.finished(product)) : List.of(product, output.finished(sum(target, output)));
  }

  /// Whether a launch adds up the slices of a product.
  static boolean sums(Launch launch) {
    return launch.kernel() instanceof Launch.Shipped kernel && kernel.module().equals(SLICES);
  }

  private Launch sum(Target target, Output output) {
    int threads = 256;
    int fours = Tiling.divided(n, 4);
    Arguments arguments = new Arguments();
    addTo(arguments);
    arguments.add(tiling.slices()).add(products);
    Divisor.of(fours).addTo(arguments);
    places.addTo(arguments);
    output.addTo(arguments);
    return new Launch(new Launch.Shipped(SLICES, "add_slices"), Extent.of(Math.toIntExact(((long) m * fours + threads - 1) / threads), products),
        Extent.of(threads), 0, arguments.build(target.arena()));
  }

  private static String suffix(Precision precision) {
    return switch (precision) {
      case FLOAT32 -> "float32";
      case TF32 -> "tf32";
      case BF16 -> "bfloat16";
    };
  }

  private void addTo(Arguments arguments) {
    arguments.add(m).add(n).add(k).add(tiling.slabs()).add(partial);
  }

  /// Refuses operands with more elements than offsets of 31 bits reach.
  static void check(String op, List<Shape> shapes) {
    for (Shape shape : shapes) {
      if (shape.size() > Integer.MAX_VALUE) {
        throw new Failure(Failure.Kind.DEVICE, "[" + op + "] " + shape + " has " + shape.size()
            + " elements, kernels of cuda reach 2147483647: use a smaller training.batch_size");
      }
    }
  }
}
