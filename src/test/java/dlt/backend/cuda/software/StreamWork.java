package dlt.backend.cuda.software;

import java.util.ArrayDeque;
import java.util.Deque;

/// What was asked of a stream and has not been done: it is done when somebody waits for it, and sometimes before.
final class StreamWork {
  /// A mark in a stream.
  static final class Mark {
    StreamWork stream;
    long asked;
    long reached;
    long nanos;
  }

  private final Deque<Runnable> queue = new ArrayDeque<>();

  void add(Runnable work) {
    queue.add(work);
  }

  void record(Mark mark) {
    mark.stream = this;
    long number = ++mark.asked;
    queue.add(() -> {
      mark.reached = number;
      mark.nanos = System.nanoTime();
    });
  }

  /// What is added from now on comes after what `mark` stood for at this time.
  void await(Mark mark) {
    long number = mark.asked;
    queue.add(() -> reach(mark, number));
  }

  static void reach(Mark mark, long number) {
    while (mark.reached < number) {
      mark.stream.next();
    }
  }

  void drain() {
    while (!queue.isEmpty()) {
      next();
    }
  }

  private void next() {
    queue.remove().run();
  }
}
