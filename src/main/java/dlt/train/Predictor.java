package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.tensor.HostTensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Consumer;

/// Runs a saved model on samples without targets.
public final class Predictor implements AutoCloseable {
  private static final int BATCH = 64;

  private final SavedModel model;
  private final Feed feed;
  private final Programs programs;

  public Predictor(SavedModel model, Backend backend) {
    this.model = model;
    Variables variables = model.variables(backend);
    this.feed = new Feed(model.assembly());
    this.programs = new Programs(n -> backend.compile(model.assembly().inference(n, true), variables.buffers()));
  }

  /// Compiles what [#predict] of `part` needs, so that what does not fit the device's memory fails before anything is predicted.
  public void prepare(Part part) {
    prepare(Math.min(BATCH, part.size()));
    if (part.size() % BATCH > 0) {
      prepare(part.size() % BATCH);
    }
  }

  /// Compiles what `size` samples at a time need.
  public void prepare(int size) {
    programs.of(size);
  }

  /// Gives the activated outputs of each batch of `part`, in its order, by output name, to `to`.
  public void predict(Part part, Consumer<SequencedMap<String, HostTensor>> to) {
    try (Batches batches = new Batches(part, Batches.Options.plain(Math.min(BATCH, part.size()))); Batches.Epoch epoch = batches.epoch(0, 0)) {
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        Program program = programs.of(batch.size());
        feed.write(program, batch);
        program.run();
        SequencedMap<String, HostTensor> outputs = new LinkedHashMap<>();
        for (String name : model.assembly().outputs().keySet()) {
          outputs.put(name, program.output(name).read());
        }
        to.accept(outputs);
      }
    }
  }

  @Override
  public void close() {
    programs.close();
  }
}
