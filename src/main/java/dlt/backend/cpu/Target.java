package dlt.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// What kernels are compiled for: the instruction set, the threads, executable memory that lives as long as the backend, and
/// data memory that lives as long as the program.
final class Target {
  private final InstructionSet instructionSet;
  private final Workers workers;
  private final CodeMemory code;
  private final Arena arena;
  private final Workspace workspace;

  Target(InstructionSet instructionSet, Workers workers, CodeMemory code, Arena arena) {
    this.instructionSet = instructionSet;
    this.workers = workers;
    this.code = code;
    this.arena = arena;
    this.workspace = new Workspace(arena, workers.threads());
  }

  InstructionSet instructionSet() {
    return instructionSet;
  }

  /// Whether kernels are machine code; else they are their Java twins.
  boolean emits() {
    return instructionSet != InstructionSet.JAVA;
  }

  Workers workers() {
    return workers;
  }

  /// The kernel of this key (a record that says everything its code depends on beside the instruction set), emitted by
  /// `body` where there is none yet.
  Kernel kernel(Object key, Consumer<Assembler> body) {
    return code.kernel(key, () -> {
      Assembler assembler = new Assembler(instructionSet);
      body.accept(assembler);
      return assembler;
    });
  }

  /// Zeroed memory for a kernel's own use (packed operands, partial sums), 64-byte aligned. Steps run one after the other;
  /// parts of a step at the same time.
  MemorySegment scratch(long bytes) {
    return arena.allocate(bytes, 64);
  }

  /// Memory for the parts of one step at a time.
  Workspace workspace() {
    return workspace;
  }
}
