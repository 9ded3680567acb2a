package dlt.data;

import java.util.Iterator;
import java.util.List;

/// The samples of a part in batches, epoch after epoch. What comes out depends on part, seed, epoch and options alone.
public final class Batches implements AutoCloseable {
  /// How batches are made. Samples are augmented and shuffled by numbers drawn from `seed`.
  public record Options(int batchSize, boolean shuffle, boolean dropLast, List<Augment> augment, long seed) {
    public Options {
      augment = List.copyOf(augment);
    }

    /// In the part's order, as they are.
    public static Options plain(int batchSize) {
      return new Options(batchSize, false, false, List.of(), 0);
    }
  }

  /// The batches of one epoch. They are made ahead by other threads, which end when it is closed or exhausted.
  public interface Epoch extends Iterator<Batch>, AutoCloseable {
    /// Failures of reading surface here, in the batch that they belong to.
    @Override
    Batch next();

    @Override
    void close();
  }

  public Batches(Part part, Options options) {
    throw new UnsupportedOperationException("Batches");
  }

  /// The number of batches of an epoch.
  public int count() {
    throw new UnsupportedOperationException("Batches.count");
  }

  /// The sizes that occur: the batch size, and that of the last batch where it differs.
  public List<Integer> sizes() {
    throw new UnsupportedOperationException("Batches.sizes");
  }

  /// The batches of `epoch` from number `skip` on. One epoch at a time: asking again ends the one before.
  public Epoch epoch(int epoch, int skip) {
    throw new UnsupportedOperationException("Batches.epoch");
  }

  /// Frees the buffers.
  @Override
  public void close() {}
}
