package dlt.cli;

import dlt.backend.Backend;
import dlt.infer.Parity;
import dlt.run.MetricsLog;
import dlt.train.SavedModel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "export", description = "Exports the selected model of a run again, and verifies the export.", mixinStandardHelpOptions = true)
final class Export implements Callable<Integer> {
  @Mixin RunArgument run;
  @Mixin DeviceOptions device;
  @Mixin Output output;

  @Option(names = "--onnx", arity = "0..1", fallbackValue = "", required = true, paramLabel = "FILE",
      description = "Write an ONNX model to FILE, or to model.onnx in the run's folder.")
  String onnx;

  @Override
  public Integer call() {
    SavedModel model = SavedModel.open(run.run());
    Path file = Optional.of(onnx).filter(o -> !o.isEmpty()).map(Path::of).orElse(model.run().onnx());
    Parity parity;
    try (Backend backend = device.open(model.file().experiment().training().device())) {
      parity = model.export(backend, file);
    }
    var document = output.document().put("run", model.run().path().toString());
    var o = document.putObject("onnx").put("path", file.toString());
    MetricsLog.put(o, "max_abs_difference", parity.maxAbsolute());
    output.result(document, String.format(Locale.ROOT, "%s (epoch %d; ONNX Runtime agrees, largest difference %.2g)", file, model.epoch(), parity.maxAbsolute()));
    return 0;
  }
}
