package dlt.train;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Npy;
import dlt.tensor.Npz;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// Predictions as arrays, whose first dimension counts the samples.
public final class PredictedArrays {
  private final String scored;
  private final Optional<PlacedClasses> placed;
  private final SequencedMap<String, HostTensor> arrays = new LinkedHashMap<>();
  private int done;

  /// Of so many samples. `one` takes the output alone that metrics are of, and says the class at each place, int64, of one that means
  /// that; else every output is taken, as numbers, or as indices where they are words that the model wrote, as `writing` says.
  public PredictedArrays(SavedModel model, Writing writing, int samples, boolean one) {
    this.scored = model.assembly().scored();
    Optional<Decoding> decoding = Decoding.of(model.assembly());
    this.placed = one ? PlacedClasses.of(model.assembly()) : decoding.map(Decoding::words);
    model.assembly().outputs().forEach((name, shape) -> {
      if (name.equals(scored) && placed.isPresent()) {
        arrays.put(name, HostTensor.allocate(new TensorType(DType.INT64, decoding.map(d -> Shape.of(samples, d.length(writing))).orElseGet(() -> placed.get().places().insert(0, samples)))));
      } else if (!one || name.equals(scored)) {
        arrays.put(name, HostTensor.allocate(TensorType.float32(shape.insert(0, samples))));
      }
    });
  }

  /// Takes the next batch of activated outputs.
  public void add(SequencedMap<String, HostTensor> outputs) {
    int size = outputs.firstEntry().getValue().shape().dim(0);
    arrays.forEach((name, array) -> {
      HostTensor batch = outputs.get(name);
      if (batch.type().dtype() == array.type().dtype()) {
        long bytes = batch.data().byteSize();
        MemorySegment.copy(batch.data(), 0, array.data(), bytes / size * done, bytes);
        return;
      }
      for (int sample = 0; sample < size; sample++) {
        int[] classes = placed.get().of(batch, sample);
        for (int i = 0; i < classes.length; i++) {
          array.setLong((long) (done + sample) * classes.length + i, classes[i]);
        }
      }
    });
    done += size;
  }

  /// The only array as npy.
  public void npy(OutputStream out) throws IOException {
    Npy.write(out, arrays.firstEntry().getValue());
  }

  /// All arrays under the outputs' names as npz.
  public void npz(OutputStream out) throws IOException {
    Npz.write(out, arrays);
  }
}
