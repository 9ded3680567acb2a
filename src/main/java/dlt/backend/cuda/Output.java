package dlt.backend.cuda;

import java.util.Optional;

/// Where the sums of a product go. `Output` of product.h.
///
/// @param address of the first element
/// @param n columns
/// @param channelsAreRows of the epilogue, which are columns otherwise
/// @param channelStride from the first channel of one product of the grid to that of the next
record Output(long address, Optional<Epilogue> epilogue, Strides rows, Strides columns, int n, boolean channelsAreRows, int channelStride) {
  /// With columns for channels.
  static Output of(long address, Optional<Epilogue> epilogue, Strides rows, Strides columns, int n) {
    return new Output(address, epilogue, rows, columns, n, false, 0);
  }

  /// The same at another place, with rows for columns.
  Output transposed(int rows) {
    return new Output(address, epilogue, columns, this.rows, rows, !channelsAreRows, channelStride);
  }

  void addTo(Arguments arguments) {
    arguments.add(address).add(epilogue.map(Epilogue::biasAddress).orElse(0L));
    rows.addTo(arguments);
    columns.addTo(arguments);
    arguments.add(channelsAreRows ? 1 : 0).add(channelStride).add(epilogue.map(Epilogue::relu).orElse(false) ? 1 : 0).add(aligned() ? 1 : 0);
  }

  /// The launch of a kernel that stores sums here, with the operations that follow.
  Launch finished(Launch launch) {
    return Epilogue.finished(epilogue, launch);
  }

  /// Whether 4 adjacent columns from a multiple of 4 on are 16 aligned bytes.
  private boolean aligned() {
    return address % 16 == 0 && n % 4 == 0 && columns.fours() && rows.multiplesOf4();
  }
}
