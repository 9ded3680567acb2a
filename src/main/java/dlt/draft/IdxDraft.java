package dlt.draft;

import dlt.data.Dataset;
import dlt.data.Idx;
import dlt.data.TargetKind;
import dlt.data.Targets;
import dlt.data.Data;
import dlt.data.Wanted;
import dlt.error.Failure;
import dlt.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Drafts an experiment for images in MNIST's format: the labels, and the test's files, are found by their names.
final class IdxDraft {
  private static final int MOST_CLASSES = 1000;

  private final Path images;
  private final String name;
  private final String written;

  IdxDraft(Path images, String name, String written) {
    this.images = images;
    this.name = name;
    this.written = written;
  }

  Draft draft() {
    String file = images.getFileName().toString();
    if (!file.contains("images")) {
      throw new Failure(Failure.Kind.USAGE, images + ": name the file of the images, whose name holds `images`; the labels lie beside it");
    }
    String labels = file.replace("images", "labels").replace("idx3", "idx1");
    if (!Files.exists(images.resolveSibling(labels))) {
      throw new Failure(Failure.Kind.DATA, images + ": expected the labels beside it, in " + labels);
    }
    Dataset data = new Idx(file, Optional.of(labels)).open(images.toAbsolutePath().getParent(), Wanted.of(TargetKind.CLASSES));
    Shape shape = data.inputs().getFirst().type().shape();
    long[] counts = Targets.counts(Data.whole("train", data), 0, MOST_CLASSES);
    int classes = MOST_CLASSES;
    while (classes > 1 && counts[classes - 1] == 0) {
      classes--;
    }
    List<String> seen = new ArrayList<>();
    seen.add(String.format(Locale.ROOT, "%,d images of %d x %d pixels, %d classes", data.size(), shape.dim(1), shape.dim(2), classes));
    Optional<String> test = file.startsWith("train") ? Optional.of(file.replaceFirst("train", "t10k")).filter(t -> Files.exists(images.resolveSibling(t))) : Optional.empty();
    test.ifPresent(t -> seen.add("tests on " + t));
    Yaml y = new Yaml().comments(seen).line("name: " + Yaml.scalar(name)).line("seed: 42").line("data:").line("  train: {idx: {images: " + Yaml.scalar(written) + ", labels: " + Yaml.scalar(beside(labels)) + "}}");
    test.ifPresent(t -> y.line("  test: {idx: {images: " + Yaml.scalar(beside(t)) + ", labels: " + Yaml.scalar(beside(t.replace("images", "labels").replace("idx3", "idx1"))) + "}}"));
    y.line("  split: {validation: 0.1, stratify: true}").line("  preprocess: [{standardize: {per: global}}]");
    y.convolutions(shape.dim(1), shape.dim(2), classes).line("loss: cross_entropy").training(data.size(), 2000, "2e-3", "accuracy, f1_macro");
    return new Draft(name, y.toString(), seen);
  }

  private String beside(String file) {
    int slash = written.lastIndexOf('/');
    return written.substring(0, slash + 1) + file;
  }
}
