package dlt.backend.cuda;

import java.util.Optional;

/// How the operands of a convolution are gathered. `Convolution` of convolution.h, whose members these are.
///
/// @param image what is gathered
/// @param rows of the pixels that are gone through
/// @param position of windows and taps in the image
/// @param inner channels of a tap or taps of a channel, whichever is gone through first
/// @param tapColumns taps in a row of a window
/// @param weights the places of the other operand
/// @param outputGroup floats from the result of a group to the next
record Convolution(Images image, int rows, int columns, Position position, int inner, int tapColumns, Weights weights, int imageGroup,
    int outputGroup, Optional<Remainders> remainders) {
  Convolution(Images image, int rows, int columns, Position position, int inner, int tapColumns, Weights weights, int imageGroup, int outputGroup) {
    this(image, rows, columns, position, inner, tapColumns, weights, imageGroup, outputGroup, Optional.empty());
  }

  /// Pixel (i, j) under tap (u, v) is (firstRow + i * rowStep + u * rowDilation, firstColumn + j * columnStep + v * columnDilation).
  record Position(int firstRow, int firstColumn, int rowStep, int columnStep, int rowDilation, int columnDilation) {}

  /// @param taps places of the taps, or of pixels
  /// @param channel from channel to channel, of those that are summed; of the gradient by the result from pixel to pixel where it is
  ///     copied by 16 bytes, else from channel to channel
  /// @param column from channel to channel of the result
  /// @param group from group to group
  record Weights(long address, Strides taps, int channel, int column, int group) {}

  void addTo(Arguments arguments) {
    Divisor.of(rows).addTo(arguments);
    Divisor.of(columns).addTo(arguments);
    arguments.add(image.stride()).add(image.rowStride()).add(image.columnStride()).add(image.channelStride());
    arguments.add(image.height()).add(image.width());
    arguments.add(position.firstRow).add(position.firstColumn).add(position.rowStep).add(position.columnStep);
    arguments.add(position.rowDilation).add(position.columnDilation);
    Divisor.of(Math.max(1, inner)).addTo(arguments);
    Divisor.of(Math.max(1, tapColumns)).addTo(arguments);
    weights.taps.addTo(arguments);
    arguments.add(weights.channel).add(weights.column).add(imageGroup).add(weights.group).add(outputGroup);
    remainders.ifPresentOrElse(r -> r.addTo(arguments), () -> Remainders.addNoneTo(arguments));
  }

  void addOperandsTo(Arguments arguments) {
    arguments.add(image.address()).add(weights.address);
  }
}
