package dlt.data;

import dlt.config.Doc;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

@Doc("Images and labels in MNIST's idx format, gzipped or not. An image becomes [1, height, width] of 0 to 255.")
public record Idx(@Doc("The file of the images.") String images, @Doc("The file of the labels.") Optional<String> labels)
    implements Source {
  @Override
  public Dataset open(Path base, Wanted wanted) {
    throw new UnsupportedOperationException("Idx.open");
  }

  @Override
  public List<String> paths() {
    return Stream.concat(Stream.of(images), labels.stream()).toList();
  }
}
