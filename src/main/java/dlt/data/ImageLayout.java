package dlt.data;

import dlt.config.Doc;

/// The order of the dimensions of images in a file.
public enum ImageLayout {
  @Doc("[channels, height, width], which the model sees.") CHW,
  @Doc("[height, width, channels], as most image libraries keep them; samples of three dimensions are turned into [channels, height, width].") HWC,
  @Doc("[height, width] of one channel, as Keras keeps MNIST; inputs of two dimensions become [1, height, width].") HW
}
