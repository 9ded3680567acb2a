package dlt.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What kernels are compiled for: the instruction set, the threads, and memory that lives as long as the program.
final class Target {
  private final InstructionSet instructionSet;
  private final Workers workers;
  private final Arena arena;

  Target(InstructionSet instructionSet, Workers workers, Arena arena) {
    this.instructionSet = instructionSet;
    this.workers = workers;
    this.arena = arena;
  }

  InstructionSet instructionSet() {
    return instructionSet;
  }

  Workers workers() {
    return workers;
  }

  /// Zeroed memory for a kernel's own use (packed operands, partial sums), 64-byte aligned. Steps run one after the other;
  /// parts of a step at the same time.
  MemorySegment scratch(long bytes) {
    return arena.allocate(bytes, 64);
  }
}
