package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.Condition.NOT_ZERO;
import static dlt.backend.cpu.Assembler.Condition.ZERO;
import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Label;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Moves between rows and lanes: `rows` rows of floats, `pitch` bytes apart, and as many vectors as a row has elements,
/// vector `j`, at `j * vectorPitch`, holding element `j` of every row. A kernel works through blocks of as many elements as a
/// vector has lanes and turns each block in registers; after the blocks come `tail` more elements, with masks. Lanes without
/// a row are zero in the vectors (where `padded`; else they are not touched) and are not written back.
record LaneTranspose(boolean toLanes, int rows, long pitch, long vectorPitch, boolean padded, int tail) {
  /// Call it with the first row, the vectors, and the number of whole blocks.
  Kernel compile(Target target) {
    return target.kernel(this, this::emit);
  }

  private void emit(Assembler a) {
    int lanes = a.lanes();
    Square square = new Square(a, toLanes, rows, pitch, padded, false);
    IntFunction<Address> vector = i -> Address.at(RSI, Math.toIntExact(i * vectorPitch));
    Label rest = new Label();
    a.compareImmediate(RDX, 0);
    a.jump(ZERO, rest);
    a.align(32);
    Label block = a.here();
    square.move(0, lanes, vector);
    a.addImmediate(RDI, 4 * lanes);
    a.addImmediate(RSI, Math.toIntExact(vectorPitch * lanes));
    a.subImmediate(RDX, 1);
    a.jump(NOT_ZERO, block);
    a.bind(rest);
    if (tail > 0) {
      square.move(0, tail, vector);
    }
    a.ret();
  }

  /// The same for a fixed number of elements whose vectors lie anywhere: `vectors` says at how many bytes each. Call it with
  /// the first row, the vectors and how many times, at least once: rows are then `rowsStep` bytes further on each time, vectors
  /// `vectorsStep` bytes. `streaming`: rows, which begin where a cache line does, go to memory past the caches, where the form allows.
  record Scattered(boolean toLanes, int rows, long pitch, List<Long> vectors, long rowsStep, long vectorsStep, boolean streaming) {
    private static final int LINE = 64;

    Scattered(boolean toLanes, int rows, long pitch, List<Long> vectors, long rowsStep, long vectorsStep) {
      this(toLanes, rows, pitch, vectors, rowsStep, vectorsStep, false);
    }

    Kernel compile(Target target) {
      return target.kernel(this, this::emit);
    }

    private void emit(Assembler a) {
      // whole lines alone: what is left of others would be read first
      boolean streams = streaming && !toLanes && a.vectorBytes() == LINE && pitch % LINE == 0 && rowsStep % LINE == 0 && vectors.size() % a.lanes() == 0;
      Square square = new Square(a, toLanes, rows, pitch, true, streams);
      a.align(32);
      Label again = a.here();
      for (int first = 0; first < vectors.size(); first += a.lanes()) {
        int at = first;
        int count = Math.min(a.lanes(), vectors.size() - first);
        // what comes next lies on many lines, each far from the others
        IntStream.range(0, streams ? 0 : rows).mapToLong(i -> (i * pitch + 4L * at) / LINE).distinct()
            .forEach(line -> a.prefetch(Address.at(RDI, Math.toIntExact(rowsStep + LINE * line))));
        for (int i = first; i < first + count; i++) {
          a.prefetch(Address.at(RSI, Math.toIntExact(vectors.get(i) + vectorsStep)));
        }
        square.move(first, count, i -> Address.at(RSI, Math.toIntExact(vectors.get(at + i))));
      }
      a.addImmediate(RDI, Math.toIntExact(rowsStep));
      a.addImmediate(RSI, Math.toIntExact(vectorsStep));
      a.subImmediate(RDX, 1);
      a.jump(NOT_ZERO, again);
      a.ret();
    }
  }

  /// Moves up to as many elements as a vector has lanes between rows at RDI and vectors.
  private record Square(Assembler a, boolean toLanes, int rows, long pitch, boolean padded, boolean streams) {
    /// Elements `first` to `first + elements - 1`.
    void move(int first, int elements, IntFunction<Address> vector) {
      if (toLanes) {
        toLanes(first, elements, vector);
      } else {
        toRows(first, elements, vector);
      }
    }

    private void toLanes(int first, int elements, IntFunction<Address> vector) {
      boolean evex = a.instructionSet() == InstructionSet.AVX512;
      // an opmask, or a vector register that the square does not need at that moment
      int mask = evex ? 1 : 15;
      if (elements < a.lanes()) {
        a.maskFirst(mask, elements);
      }
      for (int i = 0; i < a.lanes(); i++) {
        if (i >= rows) {
          a.zero(i);
        } else if (elements < a.lanes()) {
          a.loadMasked(i, row(first, i), mask);
        } else {
          a.load(i, row(first, i));
        }
      }
      int[] turned = turn(a);
      boolean whole = padded || rows == a.lanes();
      mask = evex ? 1 : 0;
      if (!whole) {
        a.maskFirst(mask, rows);
      }
      for (int i = 0; i < elements; i++) {
        if (whole) {
          a.store(vector.apply(i), turned[i]);
        } else {
          a.storeMasked(vector.apply(i), turned[i], mask);
        }
      }
    }

    private void toRows(int first, int elements, IntFunction<Address> vector) {
      boolean evex = a.instructionSet() == InstructionSet.AVX512;
      boolean whole = padded || rows == a.lanes();
      int mask = evex ? 1 : 15;
      if (!whole) {
        a.maskFirst(mask, rows); // behind the last row of the last vector there may be no memory
      }
      for (int i = 0; i < a.lanes(); i++) {
        if (i >= elements) {
          a.zero(i);
        } else if (whole) {
          a.load(i, vector.apply(i));
        } else {
          a.loadMasked(i, vector.apply(i), mask);
        }
      }
      int[] turned = turn(a);
      mask = evex ? 1 : 0;
      if (elements < a.lanes()) {
        a.maskFirst(mask, elements);
      }
      for (int i = 0; i < rows; i++) {
        if (elements < a.lanes()) {
          a.storeMasked(row(first, i), turned[i], mask);
        } else if (streams) {
          a.storeStreaming(row(first, i), turned[i]);
        } else {
          a.store(row(first, i), turned[i]);
        }
      }
    }

    private Address row(int first, int i) {
      return Address.at(RDI, Math.toIntExact(4L * first + i * pitch));
    }
  }

  /// Turns the square in the first registers by means of as many others and says where its columns are then.
  static int[] turn(Assembler a) {
    int n = a.lanes();
    // pairs of rows, then fours: register n + 4 g + c or 4 g + c holds columns c, c + 4, .. of rows 4 g .. 4 g + 3
    for (int i = 0; i < n; i += 2) {
      a.op(Instruction.UNPACK_LOW, n + i, i, i + 1);
      a.op(Instruction.UNPACK_HIGH, n + i + 1, i, i + 1);
    }
    for (int g = 0; g < n; g += 4) {
      for (int h = 0; h < 2; h++) {
        a.op(Instruction.UNPACK_LOW_PAIRS, g + 2 * h, n + g + h, n + g + h + 2);
        a.op(Instruction.UNPACK_HIGH_PAIRS, g + 2 * h + 1, n + g + h, n + g + h + 2);
      }
    }
    int[] columns = new int[n];
    if (n == 8) {
      for (int c = 0; c < 4; c++) {
        a.opImmediate(Instruction.PERMUTE_PARTS, 8 + c, c, 4 + c, 0x20);
        a.opImmediate(Instruction.PERMUTE_PARTS, 12 + c, c, 4 + c, 0x31);
        columns[c] = 8 + c;
        columns[4 + c] = 12 + c;
      }
      return columns;
    }
    for (int c = 0; c < 4; c++) {
      a.opImmediate(Instruction.SHUFFLE_PARTS, 16 + c, c, 4 + c, 0x88);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 20 + c, c, 4 + c, 0xdd);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 24 + c, 8 + c, 12 + c, 0x88);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 28 + c, 8 + c, 12 + c, 0xdd);
    }
    for (int c = 0; c < 4; c++) {
      a.opImmediate(Instruction.SHUFFLE_PARTS, c, 16 + c, 24 + c, 0x88);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 8 + c, 16 + c, 24 + c, 0xdd);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 4 + c, 20 + c, 28 + c, 0x88);
      a.opImmediate(Instruction.SHUFFLE_PARTS, 12 + c, 20 + c, 28 + c, 0xdd);
      for (int q = 0; q < 16; q += 4) {
        columns[q + c] = q + c;
      }
    }
    return columns;
  }
}
