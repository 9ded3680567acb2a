package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Range;
import java.nio.file.Path;
import java.util.List;

@Doc("Images (PNG, JPEG, GIF, BMP) in one folder a class. A sample is [channels, height, width] of 0 to 255.")
public record Images(
    @Doc("The folder of the classes' folders.") String path,
    @Doc("Height and width that every image is resized to.") IntPair size,
    @Doc("1 reads grey values, 3 red, green and blue.") @Default("3") @Range(min = 1, max = 3) int channels)
    implements Source {
  @Override
  public Dataset open(Path base, Wanted wanted) {
    throw new UnsupportedOperationException("Images.open");
  }

  @Override
  public List<String> paths() {
    return List.of(path);
  }
}
