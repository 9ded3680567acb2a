package dlt.backend.cpu;

import static dlt.backend.cpu.Assembler.RDI;
import static dlt.backend.cpu.Assembler.RDX;
import static dlt.backend.cpu.Assembler.RSI;

import dlt.backend.cpu.Assembler.Condition;
import dlt.backend.cpu.Assembler.Label;
import dlt.tensor.Philox;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/// Fills memory with uniform numbers by machine code: those of [PhiloxEmitter] in [0, 1), then each stretched in float64 to the range
/// that is asked for, piece by piece in the cache. Its twin is [Philox#uniform(dlt.tensor.HostTensor, double, double)].
final class UniformFill {
  /// float32 elements of a piece.
  private static final int PIECE = 1 << 14;
  /// Half vectors that are stretched side by side.
  private static final int CHAINS = 4;
  private static final int WIDTH = 0, LOW = 1, FIRST = 2;
  /// Bytes of the arguments: the words of [PhiloxEmitter], then a vector of the range's width and one of its lower end.
  private static final int WORDS = 0, RANGE = 64, ARGUMENTS = 64 + 2 * 64;

  private final InstructionSet instructionSet;
  private final CodeMemory code;

  /// With kernels of `instructionSet`, not Java, kept in `code`.
  UniformFill(InstructionSet instructionSet, CodeMemory code) {
    this.instructionSet = instructionSet;
    this.code = code;
  }

  private Kernel kernel(Class<?> emitter, Consumer<Assembler> body) {
    return code.kernel(emitter, () -> {
      Assembler a = new Assembler(instructionSet);
      body.accept(a);
      return a.finish();
    });
  }

  /// RDI: the numbers; RSI: how many groups of [#CHAINS] half vectors; RDX: a vector of the width and one of the lower end, as doubles.
  private static void emit(Assembler a) {
    int half = a.vectorBytes() / 2;
    a.load(WIDTH, Address.at(RDX));
    a.load(LOW, Address.at(RDX, a.vectorBytes()));
    Label top = a.here();
    a.width(half);
    for (int i = 0; i < CHAINS; i++) {
      a.load(FIRST + i, Address.at(RDI, i * half));
    }
    a.width(2 * half);
    for (int i = FIRST; i < FIRST + CHAINS; i++) {
      a.op(Instruction.FLOAT_TO_DOUBLE, i, i);
      a.op(Instruction.MUL_DOUBLE, i, i, WIDTH);
      a.op(Instruction.ADD_DOUBLE, i, i, LOW);
      a.op(Instruction.DOUBLE_TO_FLOAT, i, i);
    }
    a.width(half);
    for (int i = 0; i < CHAINS; i++) {
      a.store(Address.at(RDI, i * half), FIRST + i);
    }
    a.addImmediate(RDI, CHAINS * half);
    a.subImmediate(RSI, 1);
    a.jump(Condition.NOT_ZERO, top);
    a.ret();
  }

  /// Fills `to`, float32 elements, with what `random` draws from [low, high).
  void fill(MemorySegment to, Philox random, double low, double high) {
    Kernel draw = kernel(PhiloxEmitter.class, PhiloxEmitter::emit);
    Kernel stretch = kernel(UniformFill.class, UniformFill::emit);
    int lanes = instructionSet == InstructionSet.AVX512 ? 16 : 8;
    long n = to.byteSize() / Float.BYTES;
    // a vector of blocks, each of four numbers
    int unit = 4 * lanes;
    long whole = Math.min(n, 1L << 32) / unit * unit;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(ARGUMENTS, 64);
      MemorySegment.copy(random.words(), 0, arguments, ValueLayout.JAVA_INT, WORDS, 6);
      for (int i = 0; i < lanes / 2; i++) {
        arguments.setAtIndex(ValueLayout.JAVA_DOUBLE, RANGE / Double.BYTES + i, high - low);
        arguments.setAtIndex(ValueLayout.JAVA_DOUBLE, RANGE / Double.BYTES + lanes / 2 + i, low);
      }
      for (long from = 0; from < whole; from += PIECE) {
        long elements = Math.min(PIECE, whole - from);
        long address = to.address() + Float.BYTES * from;
        arguments.set(ValueLayout.JAVA_INT, WORDS, (int) (from / 4));
        draw.call(arguments.address(), elements / unit, address);
        stretch.call(address, elements / (CHAINS * lanes / 2), arguments.address() + RANGE);
      }
    }
    for (long i = whole; i < n; i++) {
      to.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (low + random.uniform(i) * (high - low)));
    }
  }
}
