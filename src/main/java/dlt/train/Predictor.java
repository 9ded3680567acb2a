package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.tensor.HostTensor;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// Runs a saved model on samples without targets.
public final class Predictor implements AutoCloseable {
  private static final int BATCH = 64;

  private final SavedModel model;
  private final Feed feed;
  private final Programs programs;
  private final Optional<Decoding> decoding;

  /// One that lets the model write the texts that are its targets.
  public Predictor(SavedModel model, Backend backend) {
    this(model, backend, Decoding.of(model));
  }

  /// One for samples with all their inputs, which asks for the words of texts as they are asked for in training: each from the right
  /// ones before it.
  static Predictor ofWhole(SavedModel model, Backend backend) {
    return new Predictor(model, backend, Optional.empty());
  }

  private Predictor(SavedModel model, Backend backend, Optional<Decoding> decoding) {
    this.model = model;
    this.decoding = decoding;
    Variables variables = model.variables(backend);
    this.feed = new Feed(model.assembly());
    this.programs = new Programs(n -> backend.compile(model.assembly().inference(n, true), variables.buffers()));
  }

  /// Compiles what [#predict] of `part` needs, so that what does not fit the device's memory fails before anything is predicted.
  public void prepare(Part part) {
    Batches.sizes(part.size(), BATCH).forEach(this::prepare);
  }

  /// Compiles what `size` samples at a time need.
  public void prepare(int size) {
    programs.of(size);
  }

  /// Gives the activated outputs of each batch of `part`, in its order, by output name, to `to`. In place of the scores of words that the
  /// model writes into one of its inputs are the indices of the words, int64.
  public void predict(Part part, Consumer<SequencedMap<String, HostTensor>> to) {
    try (Batches batches = new Batches(part, Batches.Options.plain(Math.min(BATCH, part.size()))); Batches.Epoch epoch = batches.epoch(0, 0)) {
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        Program program = programs.of(batch.size());
        feed.write(program, batch);
        program.run();
        Optional<HostTensor> written = decoding.map(d -> written(d, program, batch));
        SequencedMap<String, HostTensor> outputs = new LinkedHashMap<>();
        for (String name : model.assembly().outputs().keySet()) {
          outputs.put(name, written.isPresent() && name.equals(decoding.get().words().output()) ? written.get() : program.output(name).read());
        }
        to.accept(outputs);
      }
    }
  }

  /// The texts that the model writes; `program` has run once.
  private HostTensor written(Decoding decoding, Program program, Batch batch) {
    HostTensor before = batch.inputs().get(decoding.input());
    Decoding.Texts texts = decoding.new Texts(before);
    while (texts.add(program.output(decoding.words().output()).read())) {
      program.input(model.assembly().schema().inputs().get(decoding.input()).name()).write(before);
      program.run();
    }
    return texts.written();
  }

  @Override
  public void close() {
    programs.close();
  }
}
