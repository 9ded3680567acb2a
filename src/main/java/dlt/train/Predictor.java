package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Runs a saved model on samples without targets.
public final class Predictor implements AutoCloseable {
  private static final int BATCH = 64;

  private final SavedModel model;
  private final Feed feed;
  private final Programs programs;
  private final Optional<Decoding> decoding;
  private final Writing writing;

  /// One that lets the model write the texts that are its targets, the likeliest word at each place.
  public Predictor(SavedModel model, Backend backend) {
    this(model, backend, Writing.GREEDY);
  }

  /// One that lets the model write the texts that are its targets as `writing` says. Throws Failure(USAGE) where they end with a word
  /// that the model does not know.
  public Predictor(SavedModel model, Backend backend, Writing writing) {
    this(model, backend, Decoding.of(model.assembly()), writing);
    decoding.ifPresent(d -> d.end(writing));
  }

  /// One for samples with all their inputs, which asks for the words of texts as they are asked for in training: each from the right
  /// ones before it.
  static Predictor ofWhole(SavedModel model, Backend backend) {
    return new Predictor(model, backend, Optional.empty(), Writing.GREEDY);
  }

  private Predictor(SavedModel model, Backend backend, Optional<Decoding> decoding, Writing writing) {
    this.model = model;
    this.decoding = decoding;
    this.writing = writing;
    Variables variables = model.variables(backend);
    this.feed = new Feed(model.assembly());
    this.programs = new Programs(n -> backend.compile(model.assembly().inference(n, true), variables.buffers()));
  }

  /// Compiles what [#predict] of `part` needs, so that what does not fit the device's memory fails before anything is predicted.
  public void prepare(Part part) {
    Batches.sizes(part.size(), batch(part)).forEach(this::prepare);
  }

  /// Compiles what `size` samples at a time need.
  public void prepare(int size) {
    programs.of(size * width());
  }

  /// How many rows of a batch each sample is.
  private int width() {
    return decoding.isPresent() ? writing.choice().width() : 1;
  }

  private int batch(Part part) {
    return Math.min(Math.max(1, BATCH / width()), part.size());
  }

  /// Gives the activated outputs of each batch of `part`, in its order, by output name, to `to`. In place of the scores of words that the
  /// model writes into one of its inputs are the indices of the words, int64. Throws Failure(DATA) for a text that it cannot begin.
  public void predict(Part part, Consumer<SequencedMap<String, HostTensor>> to) {
    int width = width();
    Part rows = new Part(part.name(), part.dataset(), IntStream.of(part.samples()).flatMap(s -> IntStream.generate(() -> s).limit(width)).toArray());
    try (Batches batches = new Batches(rows, Batches.Options.plain(batch(part) * width)); Batches.Epoch epoch = batches.epoch(0, 0)) {
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        Program program = programs.of(batch.size());
        feed.write(program, batch);
        program.run();
        Optional<HostTensor> written = decoding.map(d -> written(d, program, batch, batch.index() * batch(part)));
        SequencedMap<String, HostTensor> outputs = new LinkedHashMap<>();
        for (String name : model.assembly().outputs().keySet()) {
          outputs.put(name, written.isPresent() && name.equals(decoding.get().words().output()) ? written.get() : first(program.output(name).read(), width));
        }
        to.accept(outputs);
      }
    }
  }

  /// The first of each `width` rows.
  private static HostTensor first(HostTensor rows, int width) {
    if (width == 1) {
      return rows;
    }
    int n = rows.shape().dim(0) / width;
    HostTensor r = HostTensor.allocate(new TensorType(rows.dtype(), rows.shape().with(0, n)));
    long bytes = r.data().byteSize() / n;
    for (int i = 0; i < n; i++) {
      MemorySegment.copy(rows.data(), i * width * bytes, r.data(), i * bytes, bytes);
    }
    return r;
  }

  /// The texts that the model writes, the first of which is number `first`; `program` has run once.
  private HostTensor written(Decoding decoding, Program program, Batch batch, int first) {
    HostTensor before = batch.inputs().get(decoding.input());
    Texts texts = new Texts(decoding, writing, before, first);
    boolean more = true;
    while (more) {
      more = texts.add(program.output(decoding.words().output()).read());
      if (more || model.assembly().outputs().size() > 1) { // the others are of the whole text
        program.input(model.assembly().schema().inputs().get(decoding.input()).name()).write(before);
        program.run();
      }
    }
    return texts.written();
  }

  @Override
  public void close() {
    programs.close();
  }
}
