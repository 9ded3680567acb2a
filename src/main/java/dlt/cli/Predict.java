package dlt.cli;

import dlt.data.Part;
import dlt.data.Source;
import dlt.error.Failure;
import dlt.run.AtomicFile;
import dlt.train.Predictions;
import dlt.train.Predictor;
import dlt.train.SavedModel;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "predict", description = "Predicts every sample of a file with the selected model of a run.", mixinStandardHelpOptions = true)
final class Predict implements Callable<Integer> {
  private static final Path STANDARD_INPUT = Path.of("-");

  @Mixin RunArgument run;
  @Mixin DeviceOptions device;
  @Mixin Output output;

  @Option(names = "--input", required = true, paramLabel = "FILE", description = 
      "The samples: csv, parquet, npz, npy, safetensors, hdf5 or a folder of images; - answers JSON lines of standard input one by one.")
  Path input;

  @Option(names = "--output", paramLabel = "FILE",
      description = "Where to write: .csv, or JSON lines for .json and .jsonl; standard output where left out (csv, or JSON lines with --json).")
  Optional<Path> file = Optional.empty();

  @Option(names = "--strict", description = "With --input -: end at the first line that cannot be answered.")
  boolean strict;

  @Override
  public Integer call() throws IOException {
    boolean stream = input.equals(STANDARD_INPUT);
    if (stream ? file.isPresent() : strict) {
      throw new Failure(Failure.Kind.USAGE, stream ? "--input - answers on standard output: leave out --output" : "--strict goes with --input -");
    }
    SavedModel model = SavedModel.open(run.run());
    if (stream) {
      return answer(model);
    }
    Path absolute = input.toAbsolutePath();
    Source source = Source.of(absolute, model.file().experiment().data().train(), model.assembly().schema());
    Part part = model.inputs(source, absolute.getRoot());
    boolean lines = file.map(f -> f.toString().endsWith(".json") || f.toString().endsWith(".jsonl")).orElse(output.json);
    predicting(model, predictor -> {
      predictor.prepare(part);
      if (file.isPresent()) {
        AtomicFile.write(file.get(), out -> write(predictor, model, part, lines, out));
        output.say(part.size() + " predictions in " + file.get());
      } else {
        OutputStream out = new BufferedOutputStream(System.out, 1 << 16);
        write(predictor, model, part, lines, out);
        out.flush();
      }
      return 0;
    });
    return 0;
  }

  /// What is done with a predictor; it may read and write files.
  private interface Work<T> {
    T with(Predictor predictor) throws IOException;
  }

  /// What `work` gives on the device, and once more on the processor where a GPU that `auto` took has too little memory.
  private <T> T predicting(SavedModel model, Work<T> work) throws IOException {
    try {
      return device.compute(model.file().experiment().training(), backend -> {
        try (Predictor predictor = new Predictor(model, backend)) {
          return work.with(predictor);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private int answer(SavedModel model) throws IOException {
    return predicting(model, predictor -> {
      predictor.prepare(1);
      long unanswered = new Answers(model, predictor, strict).all(System.in, System.out);
      if (unanswered > 0) {
        output.say("dlt: " + unanswered + (unanswered == 1 ? " line" : " lines") + " could not be answered");
      }
      return unanswered == 0 ? 0 : Failure.Kind.DATA.exitCode();
    });
  }

  private static void write(Predictor predictor, SavedModel model, Part part, boolean lines, OutputStream out) throws IOException {
    Predictions predictions = new Predictions(model, lines);
    try {
      out.write(predictions.header().getBytes(StandardCharsets.UTF_8));
      predictor.predict(part, outputs -> {
        try {
          out.write(predictions.rows(outputs).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
