package dlt.report;

import dlt.data.Part;
import dlt.data.Png;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.awt.image.BufferedImage;
import java.util.Base64;
import java.util.Optional;

/// Samples as pictures.
final class Picture {
  private Picture() {}

  /// The first input of a sample as the address of a PNG that holds itself: of one channel as grey values, of three as
  /// colours, from the sample's lowest value to its highest. Empty where it is no image.
  static Optional<String> of(Part part, int sample) {
    Shape shape = part.dataset().inputs().getFirst().type().shape();
    if (shape.rank() != 3 || shape.dim(0) != 1 && shape.dim(0) != 3 || shape.dim(1) < 4 || shape.dim(2) < 4) {
      return Optional.empty();
    }
    HostTensor x = HostTensor.allocate(part.dataset().inputs().getFirst().type());
    part.dataset().read(sample, false, 0, x.data());
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (long i = 0; i < x.size(); i++) {
      low = Math.min(low, x.at(i));
      high = Math.max(high, x.at(i));
    }
    int height = shape.dim(1);
    int width = shape.dim(2);
    int plane = height * width;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < plane; i++) {
      int rgb = 0;
      for (int c = 0; c < 3; c++) {
        double v = (x.at((long) (shape.dim(0) == 1 ? 0 : c) * plane + i) - low) / Math.max(high - low, Double.MIN_NORMAL);
        rgb = rgb << 8 | Math.clamp((int) Math.round(255 * v), 0, 255);
      }
      image.setRGB(i % width, i / width, rgb);
    }
    return Optional.of("data:image/png;base64," + Base64.getEncoder().encodeToString(Png.of(image)));
  }
}
