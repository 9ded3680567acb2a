package dlt.data;

import dlt.error.Failure;
import dlt.error.Folder;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A folder of images and one of their masks, before anything is decided about them: their names, what masks are called after their
/// images, and what the pixels of some masks are, grey values (or places in a palette) or colours 0xrrggbb.
public record MaskSurvey(String images, String masks, String suffix, int count, ImageSurvey sizes, SortedSet<Integer> values, SortedSet<Integer> colors) {
  private static final Pattern MASKS = Pattern.compile("(?i).*(mask|label|annot|segment|ground.?truth).*|gts?");
  private static final Pattern NUMBERED = Pattern.compile("[0-9]*");

  /// The only two folders in `folder` that hold images, where the name of one of them alone says that these are masks; about `some`
  /// of the images and of the masks are looked at. Throws Failure(DATA) where one of them cannot be read.
  public static Optional<MaskSurvey> of(Path folder, int some) {
    List<String> names = folders(folder).stream().filter(n -> !files(folder, n).isEmpty()).toList();
    List<String> masks = names.stream().filter(n -> MASKS.matcher(n).matches()).toList();
    if (names.size() != 2 || masks.size() != 1) {
      return Optional.empty();
    }
    String mask = masks.getFirst();
    String image = names.stream().filter(n -> !n.equals(mask)).findFirst().orElseThrow();
    List<SourceFile> files = files(folder, mask);
    SortedSet<Integer> values = new TreeSet<>();
    SortedSet<Integer> colors = new TreeSet<>();
    for (int i = 0; i < files.size(); i += Math.max(1, files.size() / some)) {
      look(ImageFile.decode(files.get(i)), values, colors);
    }
    return Optional.of(new MaskSurvey(image, mask, suffix(stems(folder, image), stems(folder, mask)), files(folder, image).size(),
        ImageSurvey.of(folder.resolve(image), some), values, colors));
  }

  private static List<String> folders(Path folder) {
    try {
      return Folder.entries(folder).stream().filter(p -> Files.isDirectory(p) && !p.getFileName().toString().startsWith(".")).map(p -> p.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new Failure(Failure.Kind.DATA, folder + ": cannot be read: " + Failure.reason(e), e);
    }
  }

  private static List<SourceFile> files(Path folder, String name) {
    return new ImageFolder(name, folder.resolve(name)).images(folder.resolve(name));
  }

  private static Set<String> stems(Path folder, String name) {
    ImageFolder of = new ImageFolder(name, folder.resolve(name));
    return of.images(of.path()).stream().map(of::stem).collect(Collectors.toSet());
  }

  /// What all masks have after their images' names; empty where there is no such text.
  private static String suffix(Set<String> images, Set<String> masks) {
    String image = images.iterator().next();
    for (String mask : masks) {
      if (mask.startsWith(image) && !mask.equals(image) && !NUMBERED.matcher(mask.substring(image.length())).matches()) {
        String suffix = mask.substring(image.length());
        if (images.stream().map(i -> i + suffix).collect(Collectors.toCollection(HashSet::new)).equals(masks)) {
          return suffix;
        }
      }
    }
    return "";
  }

  private static void look(BufferedImage mask, Set<Integer> values, Set<Integer> colors) {
    Raster raster = mask.getRaster();
    boolean colored = raster.getNumBands() >= 3 && !(mask.getColorModel() instanceof IndexColorModel);
    int width = mask.getWidth();
    int[] row = new int[width];
    for (int y = 0; y < mask.getHeight(); y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      addAll(row, values);
      if (colored) {
        mask.getRGB(0, y, width, 1, row, 0, width);
        Arrays.setAll(row, x -> row[x] & 0xffffff);
        addAll(row, colors);
      }
    }
  }

  /// Pixels are mostly as the one before.
  private static void addAll(int[] row, Set<Integer> to) {
    for (int x = 0; x < row.length; x++) {
      if (x == 0 || row[x] != row[x - 1]) {
        to.add(row[x]);
      }
    }
  }

  /// Whether masks have colours that are more than shades of grey.
  public boolean colored() {
    return colors.stream().anyMatch(c -> (c >> 16) != (c >> 8 & 0xff) || (c >> 8 & 0xff) != (c & 0xff));
  }
}
