package dlt.backend.cuda;

import dlt.op.Window;

/// The pixels of an image by their remainders by the strides of a convolution, each of which meets taps of its own: products of one
/// grid, where all have as many pixels and taps lie side by side. `Remainders` of convolution.h, whose members these are.
///
/// @param tapRows and tapColumns: of the kernel
/// @param weightRow and weightColumn: floats from tap to tap
/// @param outputRow and outputColumn: floats from pixel to pixel
record Remainders(Window window, int tapRows, int tapColumns, int weightRow, int weightColumn, int outputRow, int outputColumn) {
  private static final int MEMBERS = 13;

  static Remainders of(Window window, Images weights, Images dx) {
    return new Remainders(window, weights.height(), weights.width(), weights.rowStride(), weights.columnStride(), dx.rowStride(), dx.columnStride());
  }

  /// Whether the gradient of a convolution by images of this size is such.
  static boolean fit(Window window, int groups, Images dx) {
    return window.strideH() * window.strideW() > 1 && groups == 1 && window.dilationH() == 1 && window.dilationW() == 1
        && dx.height() % window.strideH() == 0 && dx.width() % window.strideW() == 0;
  }

  int count() {
    return window.strideH() * window.strideW();
  }

  /// The taps that a remainder meets at most.
  int mostRows() {
    return Tiling.divided(tapRows, window.strideH());
  }

  int mostColumns() {
    return Tiling.divided(tapColumns, window.strideW());
  }

  /// Where the results of each begin.
  Strides places() {
    return Strides.of(window.strideH(), window.strideW(), 0, outputRow, outputColumn);
  }

  void addTo(Arguments arguments) {
    arguments.add(window.strideH()).add(window.strideW()).add(window.padTop()).add(window.padLeft()).add(tapRows).add(tapColumns);
    Divisor.of(Math.max(1, mostColumns() - 1)).addTo(arguments);
    arguments.add(weightRow).add(weightColumn).add(outputRow).add(outputColumn);
  }

  static void addNoneTo(Arguments arguments) {
    for (int i = 0; i < MEMBERS; i++) {
      arguments.add(0);
    }
  }
}
