package dlt.train;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/// What was opened one after the other, to be closed together: the last one first.
final class Opened implements AutoCloseable {
  private final Deque<Runnable> closing = new ArrayDeque<>();

  /// Takes in `one`, which `close` closes, and gives it back.
  <T> T add(T one, Consumer<? super T> close) {
    closing.push(() -> close.accept(one));
    return one;
  }

  @Override
  public void close() {
    while (!closing.isEmpty()) {
      closing.pop().run();
    }
  }
}
