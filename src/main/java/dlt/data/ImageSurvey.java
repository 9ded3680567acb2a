package dlt.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The images in a folder and below it before anything is decided about them: the sizes of some of them.
public record ImageSurvey(List<Size> sizes) {
  /// Height and width in pixels, and whether it has colours.
  public record Size(int height, int width, boolean colored) {}

  public ImageSurvey {
    sizes = List.copyOf(sizes);
  }

  /// The size of one image, as a model of `trained` sees it. Throws Failure(DATA) where it cannot be read.
  public static Size of(Path image, Source trained) {
    return ImageFile.size(new SourceFile(image.toString(), image), trained.applyExifOrientation());
  }

  /// Looks at about `some` images of `folder`, at equal distances in the order of their names. Throws Failure(DATA) where one of
  /// them, or the folder, cannot be read.
  public static ImageSurvey of(Path folder, int some) {
    List<SourceFile> images = new ImageFolder(folder.toString(), folder).images(folder);
    int step = Math.max(1, images.size() / some);
    List<Size> sizes = new ArrayList<>();
    for (int i = 0; i < images.size(); i += step) {
      sizes.add(ImageFile.size(images.get(i), false));
    }
    return new ImageSurvey(sizes);
  }
}
