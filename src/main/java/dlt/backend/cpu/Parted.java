package dlt.backend.cpu;

import java.util.function.IntConsumer;

/// What is done part by part, in any order and on any thread, and what is done after all parts.
interface Parted {
  void run(int part);

  void end();

  /// With nothing to do in the end.
  static Parted of(IntConsumer parts) {
    return new Parted() {
      @Override
      public void run(int part) {
        parts.accept(part);
      }

      @Override
      public void end() {}
    };
  }
}
