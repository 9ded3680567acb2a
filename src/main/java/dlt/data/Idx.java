package dlt.data;

import dlt.config.Doc;
import dlt.tensor.HostTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

@Doc("Images and labels in MNIST's idx format, gzipped or not. An image becomes [1, height, width] of 0 to 255.")
public record Idx(@Doc("The file of the images.") String images, @Doc("The file of the labels.") Optional<String> labels)
    implements Source {
  @Override
  public Dataset open(Path base, Wanted wanted) {
    SequencedMap<String, StoredArray> arrays = new LinkedHashMap<>();
    SourceFile imageFile = SourceFile.of(base, images);
    HostTensor pictures = imageFile.whole(() -> IdxFile.read(imageFile));
    arrays.put("image", StoredArray.of(pictures.shape().rank() == 3 ? pictures.reshape(pictures.shape().insert(1, 1)) : pictures));
    List<SourceFile> files = new ArrayList<>(List.of(imageFile));
    if (labels.isPresent() && wanted.targets() != TargetKind.NONE) {
      SourceFile labelFile = SourceFile.of(base, labels.get());
      files.add(labelFile);
      HostTensor indices = IdxFile.read(labelFile);
      if (indices.shape().dim(0) != pictures.shape().dim(0)) {
        throw labelFile.failure("holds " + indices.shape().dim(0) + " labels, " + images + " " + pictures.shape().dim(0) + " images");
      }
      arrays.put("label", StoredArray.of(indices));
    }
    List<String> targets = arrays.keySet().stream().skip(1).toList();
    return new NamedArrays(images, files, arrays).dataset(List.of("image"), targets, 1, ImageLayout.CHW, wanted);
  }

  @Override
  public List<String> paths() {
    return Stream.concat(Stream.of(images), labels.stream()).toList();
  }
}
