package dlt.data;

import java.util.NoSuchElementException;

/// Batches that are made when they are asked for.
final class Direct implements Batches.Epoch {
  private final Batches.Order order;
  private final Batches.Slot slot;
  private final Filler filler;
  private int next;
  private boolean closed;

  Direct(Batches.Order order, Batches.Slot slot, Filler filler, int skip) {
    this.order = order;
    this.slot = slot;
    this.filler = filler;
    this.next = skip;
  }

  @Override
  public boolean hasNext() {
    return !closed && next < order.count();
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int batch = next++;
    filler.fill(order, batch, slot);
    return slot.batch(order.size(batch), batch);
  }

  @Override
  public void close() {
    closed = true;
  }
}
