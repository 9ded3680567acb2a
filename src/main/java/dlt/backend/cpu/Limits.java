package dlt.backend.cpu;

import dlt.backend.Ceilings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// The machine's limits, measured by emitted loops that do nothing else, on all threads at once: multiply-adds that depend on
/// none of the others; reads, writes and copies of blocks that fit the cores' own caches, the shared one, or none. The best of
/// several tries counts: neighbours only make a try worse.
final class Limits {
  private static final int TRIES = 5;
  private static final long NANOS = 4_000_000;
  private static final int MULTIPLY_ADDS = 1 << 14;
  /// Vectors that a turn of a loop copies or reads.
  private static final int VECTORS = 8;
  /// Bytes a thread that a core's own cache holds, bytes that half of the shared one does, at least, and bytes that no cache does.
  private static final long OWN = 512 << 10, SHARED = 12 << 20, BEYOND = 96 << 20;
  private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache");

  /// What the loops are; keys of their code.
  private enum Loop {
    MULTIPLY_ADD, READ, WRITE, WRITE_STREAMING, COPY, COPY_STREAMING, UPDATE;

    boolean reads() {
      return this == READ || this == UPDATE || copies();
    }

    boolean copies() {
      return this == COPY || this == COPY_STREAMING;
    }

    boolean streams() {
      return this == WRITE_STREAMING || this == COPY_STREAMING;
    }
  }

  private final InstructionSet instructionSet;
  private final Workers workers;
  private final CodeMemory code;

  Limits(InstructionSet instructionSet, Workers workers, CodeMemory code) {
    this.instructionSet = instructionSet;
    this.workers = workers;
    this.code = code;
  }

  Ceilings measure() {
    try (Arena arena = Arena.ofShared()) {
      long own = OWN * workers.threads();
      List<Ceilings.Level> levels = new ArrayList<>();
      levels.add(level(arena, own, Math.max(own, cacheSize(2, 0) * workers.threads())));
      long shared = Math.max(2 * Math.max(SHARED, own), cacheSize(3, 0));
      levels.add(level(arena, Math.max(SHARED, own), shared / 2));
      // others have lines there too, and addresses that meet in one set: the more so the fuller it is
      levels.add(level(arena, shared / 4 * 3, shared));
      levels.add(level(arena, Math.max(BEYOND, 2 * shared), Long.MAX_VALUE));
      return new Ceilings(flops(), levels);
    }
  }

  /// The size of the first processor's cache of this level as the system tells it.
  private static long cacheSize(int level, long otherwise) {
    try {
      // 1024K
      String size = Files.readString(CACHES.resolve("index" + level).resolve("size")).strip();
      return Long.parseLong(size.substring(0, size.length() - 1)) << 10;
    } catch (IOException | RuntimeException e) {
      return otherwise;
    }
  }

  private double flops() {
    Kernel kernel = kernel(Loop.MULTIPLY_ADD, a -> {
      int sums = a.vectorRegisters() - 2;
      for (int i = 0; i < a.vectorRegisters(); i++) {
        a.zero(i);
      }
      a.align(32);
      Assembler.Label top = a.here();
      for (int i = 0; i < sums; i++) {
        a.op(Instruction.FMADD231, i, sums, sums + 1);
      }
      a.subImmediate(Assembler.RDI, 1);
      a.jump(Assembler.Condition.NOT_ZERO, top);
      a.ret();
    });
    int sums = new Assembler(instructionSet).vectorRegisters() - 2;
    int lanes = new Assembler(instructionSet).lanes();
    return rate(2.0 * MULTIPLY_ADDS * sums * lanes * workers.threads(), part -> kernel.call(MULTIPLY_ADDS, 0));
  }

  private Ceilings.Level level(Arena arena, long bytes, long size) {
    MemorySegment memory = Memory.allocate(arena, bytes);
    memory.fill((byte) 0);
    return new Ceilings.Level(size, rate(memory, Loop.READ), Math.max(rate(memory, Loop.WRITE), rate(memory, Loop.WRITE_STREAMING)),
        Math.max(2 * rate(memory, Loop.UPDATE), Math.max(rate(memory, Loop.COPY), rate(memory, Loop.COPY_STREAMING))));
  }

  private double rate(MemorySegment memory, Loop loop) {
    long turn = (long) VECTORS * new Assembler(instructionSet).vectorBytes();
    long share = memory.byteSize() / workers.threads() / (2 * turn) * (2 * turn);
    long half = loop.copies() ? share / 2 : 0;
    Kernel kernel = kernel(loop, a -> move(a, loop));
    return rate((double) share * workers.threads(), part -> {
      long from = memory.address() + part * share;
      kernel.call(from, from + half, (share - half) / turn);
    });
  }

  /// From RDI to RSI, RDX turns.
  private static void move(Assembler a, Loop loop) {
    a.align(32);
    Assembler.Label top = a.here();
    for (int i = 0; i < VECTORS && loop.reads(); i++) {
      a.load(i, Address.at(Assembler.RDI, i * a.vectorBytes()));
    }
    for (int i = 0; i < VECTORS && loop != Loop.READ; i++) {
      Address to = Address.at(Assembler.RSI, i * a.vectorBytes());
      if (loop.streams()) {
        a.storeStreaming(to, i);
      } else {
        a.store(to, i);
      }
    }
    a.addImmediate(Assembler.RDI, VECTORS * a.vectorBytes());
    a.addImmediate(Assembler.RSI, VECTORS * a.vectorBytes());
    a.subImmediate(Assembler.RDX, 1);
    a.jump(Assembler.Condition.NOT_ZERO, top);
    a.ret();
  }

  private Kernel kernel(Loop loop, Consumer<Assembler> body) {
    return code.kernel(loop, () -> {
      Assembler assembler = new Assembler(instructionSet);
      body.accept(assembler);
      return assembler.finish();
    });
  }

  /// `amount` a second, where every thread runs a part of it again and again.
  private double rate(double amount, LongConsumer part) {
    int times = 1;
    double best = 0;
    for (int i = 0; i < TRIES;) {
      int n = times;
      long begin = System.nanoTime();
      workers.run(workers.threads(), p -> {
        for (int k = 0; k < n; k++) {
          part.accept(p);
        }
      });
      long nanos = System.nanoTime() - begin;
      if (nanos < NANOS) {
        times *= 2;
      } else {
        best = Math.max(best, amount * n * 1e9 / nanos);
        i++;
      }
    }
    return best;
  }
}
