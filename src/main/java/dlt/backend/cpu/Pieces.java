package dlt.backend.cpu;

import java.util.List;

/// Rows of columns cut into pieces: of each part of the rows all columns, or `width` of them at a time (the last ones may be fewer). Pieces
/// of the same rows follow one another. What is reduced in a piece leaves a row for each of its stretches.
record Pieces(Stretches rows, int columns, int width) {
  static Pieces of(Strips.Rows parts, int columns, int width) {
    return new Pieces(Stretches.of(parts), columns, width);
  }

  /// Parts of the rows in all columns.
  static Pieces of(Strips.Rows parts, int columns) {
    return of(parts, columns, columns);
  }

  int count() {
    return rows.parts() * across();
  }

  /// Pieces of the same rows.
  int across() {
    return Math.ceilDiv(columns, width);
  }

  /// Pointwise code and reductions over each piece. `addresses`: where a stretch finds the first column of an operand.
  Sweep sweep(Target target, VectorCode.Body body, List<Strips.Slot> slots, Strips.Addresses addresses) {
    Strips[] strips = new Strips[across()];
    for (int i = 0; i < strips.length; i++) {
      int first = i * width;
      strips[i] = new Strips(target, new Strips.Code(body, slots, Math.min(width, columns - first), columns), rows,
          (slot, stretch) -> addresses.of(slot, stretch) + (slots.get(slot) instanceof Strips.Scalar ? 0 : 4L * first));
    }
    return new Sweep(strips);
  }

  /// Where a stretch finds what lies at `address`; of a fold, one row for each stretch.
  long at(Strips.Slot slot, long address, int stretch) {
    return address + 4L * columns * switch (slot) {
      case Strips.Full _, Strips.Near _ -> rows.from(stretch);
      case Strips.Column _, Strips.Scalar _ -> 0;
      case Strips.Fold _ -> stretch;
    };
  }

  /// What is done with each piece, in any order and on any thread.
  record Sweep(Strips[] across) {
    void run(int piece) {
      across[piece % across.length].run(piece / across.length);
    }

    /// The same where pieces have all columns; what is near has its rows at `near`.
    void run(int piece, long near) {
      across[0].run(piece, near);
    }
  }
}
