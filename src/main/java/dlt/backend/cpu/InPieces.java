package dlt.backend.cpu;

import java.util.function.IntConsumer;

/// A step whose result, rows of columns, is stored piece by piece: what reads it can have a piece while the core that made it still has it
/// in its cache.
interface InPieces extends Step {
  /// What the pieces are depends on shapes alone.
  Pieces pieces();

  /// Before it is run: `body` is called with the number of each piece once that is stored, by the thread that stored it.
  void then(IntConsumer body);
}
