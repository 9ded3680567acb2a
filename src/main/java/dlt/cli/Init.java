package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.draft.Draft;
import dlt.error.Failure;
import dlt.experiment.ExperimentFile;
import dlt.run.AtomicFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "init", description = "Looks at data and writes an experiment file for them.", mixinStandardHelpOptions = true)
final class Init implements Callable<Integer> {
  @Mixin Output output;

  @Parameters(paramLabel = "DATA", description = "A csv, tsv, parquet or jsonl table, a running text in a txt file, idx images, npz, npy or hdf5 arrays, or a folder with a folder of images for each class, or one of images and one of masks.")
  Path data;

  @Option(names = "--target", paramLabel = "NAME", description = "The column or array (of npy, the file) to predict, where it cannot be guessed.")
  Optional<String> target = Optional.empty();

  @Option(names = "--output", paramLabel = "EXP", description = "The file to write, which must not exist; NAME.yaml here where left out.")
  Optional<Path> file = Optional.empty();

  @Override
  public Integer call() {
    Path folder = file.map(f -> f.toAbsolutePath().getParent()).orElse(Path.of("").toAbsolutePath());
    String written = written(folder);
    Draft draft = Draft.of(data, target, written);
    Path to = file.orElseGet(() -> Path.of(draft.name() + ".yaml"));
    if (!AtomicFile.create(to, draft.yaml())) {
      throw new Failure(Failure.Kind.USAGE, to + ": is there already; name another file with --output");
    }
    ExperimentFile.read(to, List.of());
    ObjectNode document = output.document().put("experiment", to.toString());
    ArrayNode seen = document.putArray("seen");
    draft.seen().forEach(seen::add);
    draft.seen().forEach(output::say);
    output.result(document, "");
    output.say("wrote " + to + "; train it with: dlt train " + to);
    return 0;
  }

  /// The data's path as it counts from the experiment's folder: relative where they lie in it or beside it.
  private String written(Path folder) {
    Path absolute = data.toAbsolutePath().normalize();
    Path relative = folder.normalize().relativize(absolute);
    return relative.startsWith("../..") ? absolute.toString() : relative.toString().isEmpty() ? "." : relative.toString();
  }
}
