package dlt.data;

import dlt.error.Failure;
import dlt.error.Folder;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A folder with images in it and below it; `name` is what messages call it.
record ImageFolder(String name, Path path) {
  /// The folder that the experiment file calls `name`. Throws Failure(DATA) where there is none.
  static ImageFolder of(Path base, String name) {
    Path path = SourceFile.resolve(base, name);
    if (!Files.isDirectory(path)) {
      throw new Failure(Failure.Kind.DATA, name + ": " + SourceFile.missing(path, "folder"));
    }
    return new ImageFolder(name, path);
  }

  /// The images in `below`, which lies in the folder, and below it, in the order of their names. Throws Failure(DATA) where some are of
  /// a form that is not read.
  List<SourceFile> images(Path below) {
    try {
      Map<Boolean, List<SourceFile>> found = Folder.tree(below, FileVisitOption.FOLLOW_LINKS).stream().filter(p -> (ImageFile.named(p) || ImageFile.foreign(p)) && Files.isRegularFile(p))
          .map(p -> new SourceFile(Path.of(name).resolve(path.relativize(p)).toString(), p))
          .collect(Collectors.partitioningBy(f -> ImageFile.foreign(f.path())));
      List<SourceFile> foreign = found.get(true);
      if (!foreign.isEmpty()) {
        throw ImageFile.foreign(foreign.getFirst(), foreign.size() - 1);
      }
      return found.get(false);
    } catch (IOException e) {
      throw new SourceFile(name, below).failure(e);
    }
  }

  /// The name of one of its images below it, without ending: `a/1` of `a/1.png`.
  String stem(SourceFile image) {
    String below = path.relativize(image.path()).toString();
    return below.substring(0, below.lastIndexOf('.'));
  }

  Failure failure(String message) {
    return new Failure(Failure.Kind.DATA, name + ": " + message);
  }
}
