package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.config.ConfigException;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.data.Vocabulary;
import dlt.experiment.Prepared;
import dlt.experiment.Trainings;
import dlt.tensor.HostTensor;
import java.util.Arrays;
import java.util.Optional;

/// Looks whether a model that is to write a text tells each word from those before it alone. One that reads the word itself learns to
/// copy it: its loss is next to nothing, and what it writes makes no sense.
public final class Causality {
  /// Rounding is below it.
  private static final double SAME = 1e-5;

  private Causality() {}

  /// Whether the model is to write texts.
  public static boolean concerns(Trainings trainings) {
    return trainings.division().whole().train().dataset().targets().stream().anyMatch(t -> t.vocabulary().isPresent());
  }

  /// Throws [ConfigException] where what the untrained model of `prepared` says of the first half of a text changes with the second half.
  /// Other models than of texts are not looked at.
  public static void require(Prepared prepared, Backend backend) {
    Optional<Decoding> decoding = Decoding.of(prepared.assembly());
    if (decoding.isEmpty() || decoding.get().reads() < 2) {
      return;
    }
    Decoding d = decoding.get();
    Part train = prepared.parts().train();
    Part one = new Part(train.name(), train.dataset(), Arrays.copyOf(train.samples(), 1));
    Variables variables = Variables.forInference(backend, prepared.assembly());
    try (Batches batches = new Batches(one, Batches.Options.plain(1)); Batches.Epoch epoch = batches.epoch(0, 0);
        Program program = backend.compile(prepared.assembly().inference(1, true), variables.buffers())) {
      Batch batch = epoch.next();
      Feed feed = new Feed(prepared.assembly());
      feed.write(program, batch);
      program.run();
      HostTensor said = program.output(d.words().output()).read();
      HostTensor read = batch.inputs().get(d.input());
      int half = d.reads() / 2;
      for (int i = half; i < d.reads(); i++) {
        long word = read.longAt(i) + 1;
        read.setLong(i, word < d.vocabulary().size() ? word : Vocabulary.PADDING + 1);
      }
      feed.write(program, batch);
      program.run();
      HostTensor now = program.output(d.words().output()).read();
      for (int c = 0; c < d.words().classes(); c++) {
        for (int place = 0; place < half; place++) {
          double before = said.at((long) c * d.reads() + place);
          double after = now.at((long) c * d.reads() + place);
          if (Math.abs(before - after) > SAME * Math.max(Math.abs(before), Math.abs(after))) {
            throw new ConfigException(prepared.file().bound().at(prepared.file().experiment().model()),
                "found a model that reads the words of '" + prepared.assembly().schema().inputs().get(d.input()).name() + "' that it is to tell: what it says of the "
                    + "first half of a text depends on the second, expected one that tells each word from those before it",
                "say `is_causal: true` in attention layers, and leave out `bidirectional`");
          }
        }
      }
    }
  }
}
