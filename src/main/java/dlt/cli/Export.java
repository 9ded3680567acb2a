package dlt.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import dlt.infer.Parity;
import dlt.report.ModelCard;
import dlt.run.AtomicFile;
import dlt.run.MetricsLog;
import dlt.train.SavedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "export", description = "Exports the selected model of a run again, and verifies the export.", mixinStandardHelpOptions = true)
final class Export implements Callable<Integer> {
  @Mixin RunArgument run;
  @Mixin DeviceOptions device;
  @Mixin Output output;

  @ArgGroup(exclusive = false, multiplicity = "1")
  Formats formats;

  /// An option without a file; no argument of a program can be this.
  private static final String USUAL = "\0";

  /// What is written, at least one.
  static final class Formats {
    @Option(names = "--onnx", arity = "0..1", fallbackValue = USUAL, paramLabel = "FILE",
        description = "Write an ONNX model to FILE, or to model.onnx in the run's folder.")
    String onnx;

    @Option(names = "--safetensors", arity = "0..1", fallbackValue = USUAL, paramLabel = "FILE",
        description = "Write the weights under PyTorch's names to FILE, or to model.safetensors in the run's folder.")
    String safetensors;

    @Option(names = "--card", arity = "0..1", fallbackValue = USUAL, paramLabel = "FILE",
        description = "Write a model card in Markdown to FILE, or to model-card.md in the run's folder: data, training, figures, limits, and how to load the ONNX model in Java and Python.")
    String card;
  }

  @Override
  public Integer call() {
    SavedModel model = SavedModel.open(run.run());
    ObjectNode document = output.document().put("run", model.run().path().toString());
    List<String> text = new ArrayList<>();
    Optional<Path> onnx = target("--onnx", formats.onnx, FileKind.ONNX, model, model.run().onnx());
    Optional<Path> safetensors = target("--safetensors", formats.safetensors, FileKind.SAFETENSORS, model, model.run().safetensors());
    Optional<Path> card = target("--card", formats.card, FileKind.CARD, model, model.run().card());
    if (onnx.isPresent()) {
      Path file = onnx.get();
      Parity parity = device.compute(model.file().experiment().training(), backend -> model.export(backend, file));
      MetricsLog.put(document.putObject("onnx").put("path", file.toString()), "max_abs_difference", parity.maxAbsolute());
      text.add(String.format(Locale.ROOT, "%s (epoch %d; ONNX Runtime agrees, largest difference %.2g)", file, model.epoch(), parity.maxAbsolute()));
    }
    if (safetensors.isPresent()) {
      Path file = safetensors.get();
      model.exportWeights(file);
      document.putObject("safetensors").put("path", file.toString()).put("tensors", model.weights().size());
      text.add(String.format(Locale.ROOT, "%s (epoch %d; %d tensors)", file, model.epoch(), model.weights().size()));
    }
    if (card.isPresent()) {
      Path file = card.get();
      AtomicFile.write(file, ModelCard.of(model));
      document.putObject("card").put("path", file.toString());
      text.add(file + " (the licence is for you to fill in)");
    }
    output.result(document, String.join("\n", text));
    return 0;
  }

  /// Where the option says to write, where it is given. What is there and must stay is refused before anything is written.
  private Optional<Path> target(String option, String file, FileKind kind, SavedModel model, Path usual) {
    if (file == null) {
      return Optional.empty();
    }
    if (file.isEmpty()) {
      throw new Failure(Failure.Kind.USAGE, option + ": " + Main.EMPTY_PATH);
    }
    Path target = file.equals(USUAL) ? usual : Path.of(file);
    kind.requireReplaceable(option, target, model, Optional.of(usual));
    output.writes(option, target);
    return Optional.of(target);
  }
}
