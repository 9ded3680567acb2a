package dlt.cli;

import dlt.data.Part;
import dlt.data.Source;
import dlt.error.Failure;
import dlt.run.AtomicFile;
import dlt.train.PredictedArrays;
import dlt.train.Predictions;
import dlt.train.Predictor;
import dlt.train.SavedModel;
import dlt.train.Writing;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "predict", description = "Predicts every sample of a file with the selected model of a run.", mixinStandardHelpOptions = true)
final class Predict implements Callable<Integer> {
  private static final Path STANDARD = Path.of("-");

  @Mixin RunArgument run;
  @Mixin DeviceOptions device;
  @Mixin Output output;
  @Mixin WritingOptions words;

  @Option(names = "--input", paramLabel = "FILE", description = 
      "The samples: csv, parquet, jsonl, npz, npy, safetensors, hdf5, an image or a folder of images; - answers JSON lines of standard input one by one.")
  Optional<Path> input = Optional.empty();

  @Option(names = "--output", paramLabel = "FILE", description =
      "Where to write: .csv, JSON lines for .json and .jsonl, .npy for an array of the numbers (or of the class of each pixel or step), .npz for the "
          + "numbers of all outputs, .txt for texts that the model writes; standard output where left out, and for - (csv, or JSON lines with --json).")
  Optional<Path> file = Optional.empty();

  @Option(names = "--masks", paramLabel = "FOLDER", description =
      "In place of --output, for segmentation: a PNG of each image's classes, called as the image and of its size, with the classes as places in a palette "
          + "(0 and 1 black and white).")
  Optional<Path> masks = Optional.empty();

  @Option(names = "--strict", description = "With --input -: end at the first line that cannot be answered.")
  boolean strict;

  @Override
  public Integer call() throws IOException {
    if (input.isPresent() == words.prompt.isPresent()) {
      throw new Failure(Failure.Kind.USAGE, input.isPresent() ? "--prompt stands in place of --input: leave out one of the two"
          : "nothing to predict: give --input FILE, or --prompt TEXT to a model that writes texts");
    }
    boolean stream = input.filter(STANDARD::equals).isPresent();
    if (stream ? file.isPresent() || masks.isPresent() : strict) {
      throw new Failure(Failure.Kind.USAGE, stream ? "--input - answers on standard output: leave out " + (file.isPresent() ? "--output" : "--masks") : "--strict goes with --input -");
    }
    if (masks.isPresent() && input.isEmpty()) {
      throw new Failure(Failure.Kind.USAGE, "--masks is for images: give them by --input");
    }
    if (file.isPresent() && masks.isPresent()) {
      throw new Failure(Failure.Kind.USAGE, "--masks stands in place of --output: predict twice for both");
    }
    SavedModel model = SavedModel.open(run.run());
    Writing writing = words.writing(model);
    refuseToReplaceOthers(model);
    if (stream) {
      return answer(model, writing);
    }
    Part part = words.prompt.map(p -> model.prompt(p, words.samples.orElse(1))).orElseGet(() -> samples(model));
    words.prompt.flatMap(model::unknown).ifPresent(unknown -> output.say("dlt: --prompt: found " + unknown + ", expected words of the texts that the model learned from; "
        + "it reads others as one unknown word, shown as [?]"));
    List<String> names = part.dataset().key("path").orElse(List.of()).stream().map(n -> images().relativize(Path.of(n)).toString()).toList();
    predicting(model, writing, predictor -> {
      Optional<MaskFolder> folder = masks.map(m -> new MaskFolder(m, model, images(), names, part.size()));
      predictor.prepare(part);
      if (folder.isPresent()) {
        predictor.predict(part, folder.get()::add);
      } else if (file.filter(f -> !f.equals(STANDARD)).isPresent()) {
        AtomicFile.write(file.get(), out -> write(predictor, model, writing, part, names, out));
      } else {
        OutputStream out = new BufferedOutputStream(System.out, 1 << 16);
        write(predictor, model, writing, part, names, out);
        out.flush();
        return 0;
      }
      Path written = file.or(() -> masks).orElseThrow();
      output.say(part.size() + (part.size() == 1 ? " prediction in " : " predictions in ") + written);
      output.result(output.document().put("run", model.run().path().toString()).put("predictions", part.size()).put("output", written.toString()), "");
      return 0;
    });
    return 0;
  }

  private Part samples(SavedModel model) {
    Path file = input.orElseThrow().toAbsolutePath().normalize();
    return model.inputs(Source.of(file, model.file().experiment().data().train(), model.assembly().schema()), file.getRoot());
  }

  /// Predictions are never written over what they are of (an image's mask has its name), nor beside images that they would be taken for.
  private void refuseToReplaceOthers(SavedModel model) {
    if (masks.isPresent() && FileKind.same(images(), masks.get())) {
      throw new Failure(Failure.Kind.USAGE, "--masks " + masks.get() + ": is the folder of the images, which masks of their names would be written over; name another folder");
    }
    Stream<Path> read = Stream.concat(input.stream(), model.reads().stream()).filter(Files::isDirectory).map(f -> f.toAbsolutePath().normalize());
    masks.map(m -> m.toAbsolutePath().normalize()).flatMap(m -> read.filter(m::startsWith).findFirst()).ifPresent(folder -> {
      throw new Failure(Failure.Kind.USAGE, "--masks " + masks.get() + ": lies in a folder that images or masks are read from (" + folder + "), where predicted ones "
          + "would be among them; name another folder");
    });
    if (file.isPresent() && input.filter(i -> FileKind.same(i, file.get())).isPresent()) {
      throw new Failure(Failure.Kind.USAGE, "--output " + file.get() + ": is the input, which would be written over; name another file");
    }
    file.filter(f -> !f.equals(STANDARD)).ifPresent(f -> {
      FileKind.predictions(model, f).requireReplaceable("--output", f, model, Optional.empty());
      output.writes("--output", f);
    });
  }

  /// The folder of the images, where the input is images.
  private Path images() {
    Path absolute = input.orElseThrow().toAbsolutePath().normalize();
    return Files.isDirectory(absolute) ? absolute : absolute.getParent();
  }

  /// What is done with a predictor; it may read and write files.
  private interface Work<T> {
    T with(Predictor predictor) throws IOException;
  }

  /// What `work` gives on the device, and once more on the processor where a GPU that `auto` took has too little memory.
  private <T> T predicting(SavedModel model, Writing writing, Work<T> work) throws IOException {
    try {
      return device.compute(model.file().experiment().training(), backend -> {
        try (Predictor predictor = new Predictor(model, backend, writing)) {
          return work.with(predictor);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private int answer(SavedModel model, Writing writing) throws IOException {
    return predicting(model, writing, predictor -> {
      predictor.prepare(1);
      long unanswered = new Answers(model, predictor, strict).all(System.in, System.out);
      if (unanswered > 0) {
        output.say("dlt: " + unanswered + (unanswered == 1 ? " line" : " lines") + " could not be answered");
      }
      return unanswered == 0 ? 0 : Failure.Kind.DATA.exitCode();
    });
  }

  /// In the form that the file's name says.
  private void write(Predictor predictor, SavedModel model, Writing writing, Part part, List<String> names, OutputStream out) throws IOException {
    String name = file.map(f -> f.toString().toLowerCase(Locale.ROOT)).orElse("-");
    boolean npy = name.endsWith(".npy");
    if (npy || name.endsWith(".npz")) {
      PredictedArrays arrays = new PredictedArrays(model, writing, part.size(), npy);
      predictor.predict(part, arrays::add);
      if (npy) {
        arrays.npy(out);
      } else {
        arrays.npz(out);
      }
      return;
    }
    Predictions predictions = new Predictions(model, FileKind.lines(Path.of(name)) || name.equals("-") && output.json);
    boolean plain = model.writes() && (name.endsWith(".txt") || words.prompt.isPresent() && name.equals("-") && !output.json);
    try {
      if (plain) {
        predictor.predict(part, outputs -> predictions.texts(outputs).forEach(text -> print(out, text + "\n")));
        return;
      }
      out.write(predictions.header(!names.isEmpty()).getBytes(StandardCharsets.UTF_8));
      int[] done = {0};
      predictor.predict(part, outputs -> {
        int size = outputs.firstEntry().getValue().shape().dim(0);
        print(out, predictions.rows(outputs, names.isEmpty() ? names : names.subList(done[0], done[0] + size)));
        done[0] += size;
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void print(OutputStream out, String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
