package dlt.backend.cuda;

import java.util.Optional;

/// Where the sums of a product go. `Output` of product.h.
///
/// @param address of the first element
/// @param rowBias the address of a bias for each row, or 0
/// @param columnBias the address of a bias for each column, or 0
/// @param n columns
/// @param biasStride from the bias of one product of the grid to that of the next, in floats
record Output(long address, long rowBias, long columnBias, Strides rows, Strides columns, int n, int biasStride, boolean relu) {
  /// With a bias a column.
  static Output of(long address, Optional<Epilogue> epilogue, Strides rows, Strides columns, int n) {
    return new Output(address, 0, epilogue.map(e -> e.bias().address()).orElse(0L), rows, columns, n, 0, epilogue.map(Epilogue::relu).orElse(false));
  }

  /// The same at another place, with rows for columns.
  Output transposed(int rows) {
    return new Output(address, columnBias, rowBias, columns, this.rows, rows, biasStride, relu);
  }

  void addTo(Arguments arguments) {
    arguments.add(address).add(rowBias).add(columnBias);
    rows.addTo(arguments);
    columns.addTo(arguments);
    arguments.add(biasStride).add(relu ? 1 : 0).add(aligned() ? 1 : 0);
  }

  /// Whether 4 adjacent columns from a multiple of 4 on are 16 aligned bytes.
  private boolean aligned() {
    return address % 16 == 0 && n % 4 == 0 && columns.fours() && rows.multiplesOf4();
  }
}
