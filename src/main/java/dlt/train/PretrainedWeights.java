package dlt.train;

import dlt.config.ConfigException;
import dlt.config.Hints;
import dlt.config.Location;
import dlt.data.Schema;
import dlt.data.Vocabulary;
import dlt.error.Failure;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.experiment.Weights;
import dlt.layer.Applied;
import dlt.layer.Embedding;
import dlt.layer.EmbeddingBag;
import dlt.onnx.OnnxWeights;
import dlt.run.RunDirectory;
import dlt.tensor.HostTensor;
import dlt.tensor.Npz;
import dlt.tensor.Safetensors;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Weights that a model starts from instead of random numbers: those of safetensors or npz files, of an ONNX model or of another run.
public final class PretrainedWeights {
  private static final int LISTED = 5;

  /// What a file holds: tensors by name, those among them that `strict` wants in the model, and whether a convolution has
  /// swallowed a batch norm. Of a run, also the words that its embeddings stand for, a list for each of its texts.
  private record Source(Map<String, HostTensor> tensors, Set<String> wanted, boolean foldedBatchNorm, List<List<String>> words) {
    Source renamed(Weights init) {
      Map<String, HostTensor> r = new LinkedHashMap<>();
      tensors.forEach((name, t) -> {
        if (r.put(init.renamed(name), t) != null) {
          throw new Failure(Failure.Kind.USAGE, init.weights() + ": `rename` gives the name " + init.renamed(name) + " to two tensors, one is " + name);
        }
      });
      Set<String> w = new LinkedHashSet<>();
      wanted.forEach(name -> w.add(init.renamed(name)));
      return new Source(r, w, foldedBatchNorm, words);
    }
  }

  private PretrainedWeights() {}

  /// Reads what `model.init` names into `variables`. Throws as [#read(Prepared)].
  static void load(Prepared prepared, Variables variables) {
    Map<String, HostTensor> tensors = read(prepared);
    tensors.keySet().retainAll(prepared.assembly().weightNames());
    variables.write(tensors);
  }

  /// Throws as training would where what `model.init` names cannot be read, or does not fit the model.
  public static void check(Prepared prepared) {
    read(prepared);
  }

  /// What `model.init` names, by the names of the model; empty where it names nothing. Throws [ConfigException] where names or shapes do
  /// not fit the model, and a [Failure] where a file cannot be read.
  static Map<String, HostTensor> read(Prepared prepared) {
    ExperimentFile file = prepared.file();
    List<Weights> inits = file.experiment().model().init();
    Map<String, HostTensor> together = new LinkedHashMap<>();
    for (int i = 0; i < inits.size(); i++) {
      Weights init = inits.get(i);
      Path path = file.base().resolve(init.weights());
      Source source = read(path).renamed(init);
      together.putAll(source.tensors);
      boolean last = i == inits.size() - 1 && inits.stream().allMatch(Weights::strict);
      requireFits(prepared, init, (i > 0 ? "with those before it " : "") + path, source, last ? Optional.of(together) : Optional.empty());
      requireTheSameWords(source, prepared, init, path);
    }
    return together;
  }

  /// Throws a [ConfigException] where the tensors of `source` do not fit the model, or where `together` lacks some of its own.
  private static void requireFits(Prepared prepared, Weights init, String path, Source source, Optional<Map<String, HostTensor>> together) {
    Location place = prepared.file().bound().at(init, "weights");
    Map<String, TensorType> types = prepared.assembly().weightTypes();
    List<String> names = prepared.assembly().weightNames();
    List<String> missing = new ArrayList<>();
    List<String> misshapen = new ArrayList<>();
    for (String name : names) {
      Shape shape = types.get(name).shape();
      HostTensor t = source.tensors.get(name);
      if (together.isPresent() && !together.get().containsKey(name) && !counter(name)) {
        missing.add(name);
      } else if (t != null && !t.shape().equals(shape)) {
        misshapen.add(name + " is " + t.shape() + ", expected " + shape);
      }
    }
    List<String> unused = source.wanted.stream().filter(name -> !names.contains(name) && !counter(name)).toList();
    if (missing.size() + misshapen.size() + (init.strict() ? unused.size() : 0) > 0) {
      throw new ConfigException(place, path + " does not fit the model: " + problems(missing, misshapen, init.strict() ? unused : List.of()),
          hint(source, missing, misshapen, unused));
    }
    if (names.stream().noneMatch(source.tensors::containsKey)) {
      throw new ConfigException(place, path + " does not fit the model: none of its names (" + listed(List.copyOf(source.tensors.keySet()))
          + ") is one of the model's (" + listed(names) + ")", hint(source, names, misshapen, List.copyOf(source.tensors.keySet())));
    }
  }

  /// An embedding of other words would fit by its shape, and mean nothing.
  private static void requireTheSameWords(Source source, Prepared prepared, Weights init, Path path) {
    if (source.words.isEmpty() || source.words.equals(words(prepared.assembly().schema()))) {
      return;
    }
    ExperimentFile file = prepared.file();
    prepared.assembly().layers().stream().filter(l -> l.placed().layer() instanceof Embedding || l.placed().layer() instanceof EmbeddingBag).map(Applied::name).filter(l -> source.tensors.containsKey(l + ".weight"))
        .findFirst().ifPresent(layer -> {
          throw new ConfigException(file.bound().at(init, "weights"),
              path + " does not fit the model: it was trained on texts with other words, and the vectors of " + layer + " are theirs", anew(layer));
        });
  }

  private static List<List<String>> words(Schema schema) {
    return Stream.concat(schema.inputs().stream(), schema.targets().stream()).flatMap(f -> f.vocabulary().stream()).map(Vocabulary::words).toList();
  }

  private static String anew(String layer) {
    return "to train " + layer + " anew: rename: {'^" + layer.replace(".", "\\.") + "\\.': 'other.'} and strict: false";
  }

  /// Batches that a batch norm has seen: old files and ONNX models do not tell.
  private static boolean counter(String name) {
    return name.endsWith("num_batches_tracked");
  }

  private static Source read(Path path) {
    if (Files.isDirectory(path)) {
      RunDirectory run = new RunDirectory(path);
      if (!Files.isRegularFile(run.best())) {
        throw new Failure(Failure.Kind.USAGE, path + ": found no " + path.relativize(run.best()) + ", expected the folder of a run that has selected an epoch");
      }
      BestCheckpoint best = BestCheckpoint.read(run);
      Map<String, HostTensor> weights = best.weights();
      return new Source(weights, weights.keySet(), false, words(best.schema()));
    }
    String name = path.getFileName().toString();
    if (name.endsWith(".onnx")) {
      OnnxWeights onnx = OnnxWeights.read(path);
      return new Source(onnx.tensors(), onnx.weights(), onnx.foldedBatchNorm(), List.of());
    }
    if (name.matches(".*\\.(pt|pth|pkl|bin|ckpt)")) {
      throw new Failure(Failure.Kind.DATA, path + ": found a file of PyTorch's own format, expected safetensors, npz, ONNX or the folder of a run; "
          + "convert it in Python: safetensors.torch.save_file(torch.load('" + name + "', map_location='cpu'), '"
          + name.substring(0, name.lastIndexOf('.')) + ".safetensors')");
    }
    Map<String, HostTensor> tensors = name.endsWith(".npz") ? Npz.read(path) : Safetensors.read(path);
    return new Source(tensors, tensors.keySet(), false, List.of());
  }

  private static String problems(List<String> missing, List<String> misshapen, List<String> unused) {
    List<String> all = new ArrayList<>(misshapen);
    for (String name : missing) {
      Optional<String> near = Hints.nearest(name, unused);
      all.add(name + " is missing" + near.map(n -> " (" + n + " is there)").orElse(""));
    }
    unused.forEach(name -> all.add(name + " is not in the model"));
    return String.join("; ", all.stream().limit(LISTED).toList()) + (all.size() > LISTED ? "; and " + (all.size() - LISTED) + " more" : "");
  }

  private static String hint(Source source, List<String> missing, List<String> misshapen, List<String> unused) {
    if (source.foldedBatchNorm && missing.stream().anyMatch(n -> n.endsWith("running_mean"))) {
      return "the exporter has folded batch norms into convolutions; export with torch.onnx.export(..., "
          + "training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)";
    }
    Optional<String> rename = prefix(missing, unused).map(p -> "'^" + p.replace(".", "\\.") + "': ''")
        .or(() -> prefix(unused, missing).map(p -> "'^': '" + p + "'"));
    if (rename.isPresent()) {
      return "rename: {" + rename.get() + "} makes the names agree";
    }
    if (!misshapen.isEmpty() && missing.isEmpty()) {
      String layer = misshapen.getFirst().replaceFirst("\\.[^.]* is .*", "");
      return anew(layer);
    }
    return "rename: {pattern: replacement} maps names; strict: false takes what fits";
  }

  /// What stands before every one of `names` among `others`, where that is the same for all.
  private static Optional<String> prefix(List<String> names, List<String> others) {
    if (names.isEmpty()) {
      return Optional.empty();
    }
    Set<String> known = new HashSet<>(others);
    return others.stream().filter(o -> o.endsWith("." + names.getFirst())).map(o -> o.substring(0, o.length() - names.getFirst().length()))
        .filter(p -> names.stream().allMatch(n -> counter(n) || known.contains(p + n)))
        .findFirst();
  }

  private static String listed(List<String> names) {
    return String.join(", ", names.stream().limit(LISTED).toList()) + (names.size() > LISTED ? ", ..." : "");
  }
}
