package dlt.backend.cpu;

import dlt.backend.KernelCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What kernels are compiled for: the instruction set, the threads, executable memory that lives as long as the backend, and
/// data memory that lives as long as the program.
final class Target {
  /// The way that a kernel takes, for profiles; no phases where it is one that the op's operations and operands describe.
  record Path(String name, List<Phase> phases) {}

  /// What a kernel does before it goes on to something else ([dlt.backend.KernelCall.Phase]).
  ///
  /// @param inputs numbers of the operands that it reads
  /// @param result whether it writes the result
  /// @param inner memory of the kernel's own that it reads and writes
  record Phase(long arithmetic, List<Integer> inputs, boolean result, List<KernelCall.Traffic> inner) {}

  private final InstructionSet instructionSet;
  private final boolean strict;
  private final Workers workers;
  private final CodeMemory code;
  private final Arena arena;
  /// Is told of memory that will be used soon.
  private final Consumer<MemorySegment> ready;
  private final Workspace workspace;
  private final Workspace near;
  private MemorySegment shared = MemorySegment.NULL;
  /// How much of it was asked for.
  private long sharedBytes;
  /// How much of it is taken by what runs at the same time; negative where nothing does.
  private long taken = -1;
  private long bytes;
  private Optional<Path> path = Optional.empty();

  Target(InstructionSet instructionSet, Workers workers, CodeMemory code, Arena arena) {
    this(instructionSet, false, workers, code, arena);
  }

  /// `strict`: convolutions add up the products of their definition, and do not get there with fewer.
  Target(InstructionSet instructionSet, boolean strict, Workers workers, CodeMemory code, Arena arena) {
    this(instructionSet, strict, workers, code, arena, _ -> {});
  }

  /// `ready` is told of memory that will be used soon.
  Target(InstructionSet instructionSet, boolean strict, Workers workers, CodeMemory code, Arena arena, Consumer<MemorySegment> ready) {
    this.instructionSet = instructionSet;
    this.strict = strict;
    this.workers = workers;
    this.code = code;
    this.arena = arena;
    this.ready = ready;
    this.workspace = new Workspace(arena, workers.threads());
    this.near = new Workspace(arena, workers.threads());
  }

  InstructionSet instructionSet() {
    return instructionSet;
  }

  boolean strict() {
    return strict;
  }

  /// Whether kernels are machine code; else they are their Java twins.
  boolean emits() {
    return instructionSet != InstructionSet.JAVA;
  }

  /// float32 elements of a vector.
  int lanes() {
    return switch (instructionSet) {
      case AVX512 -> 16;
      case AVX2 -> 8;
      case JAVA -> 1;
    };
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
      return assembler.finish();
    });
  }

  /// Zeroed memory of a kernel's own, 64-byte aligned, that keeps what is written to it from run to run.
  MemorySegment scratch(long bytes) {
    this.bytes += bytes;
    MemorySegment memory = Memory.allocate(arena, bytes);
    ready.accept(memory);
    return memory;
  }

  /// Memory for the length of a step that all its parts see (packed operands, partial sums), 64-byte aligned; other steps
  /// write to it too.
  MemorySegment shared(long bytes) {
    if (taken < 0) {
      return sharedUpTo(bytes);
    }
    long from = taken;
    taken = from + bytes + 63 & -64;
    return sharedUpTo(taken).asSlice(from, bytes);
  }

  /// What `compile` compiles runs as one step: each piece that is asked for is another one.
  <T> T together(Supplier<T> compile) {
    if (taken >= 0) {
      return compile.get();
    }
    taken = 0;
    try {
      return compile.get();
    } finally {
      taken = -1;
    }
  }

  private MemorySegment sharedUpTo(long bytes) {
    if (shared.byteSize() < bytes) {
      // by doubling, so that what smaller ones wasted stays below what is used; pages that nobody asks for are never touched
      shared = Memory.allocate(arena, Math.max(bytes, 2 * shared.byteSize()));
      sharedBytes = 0;
    }
    this.bytes += Math.max(0, bytes - sharedBytes);
    sharedBytes = Math.max(sharedBytes, bytes);
    return shared.asSlice(0, bytes);
  }

  /// Says that all kernels are compiled: what they share is as large as it will be.
  void compiled() {
    ready.accept(shared.asSlice(0, sharedBytes));
    code.seal();
  }

  /// Says, while a kernel is compiled, which way was chosen, for profiles: `channels-last`.
  void path(String name, Phase... phases) {
    path = Optional.of(new Path(name, List.of(phases)));
  }

  /// What has been said since the last call.
  Optional<Path> takePath() {
    Optional<Path> said = path;
    path = Optional.empty();
    return said;
  }

  /// The same in pieces of these sizes, each 64-byte aligned.
  MemorySegment[] shared(long first, long... others) {
    long[] ends = new long[others.length + 1];
    ends[0] = first;
    for (int i = 0; i < others.length; i++) {
      ends[i + 1] = (ends[i] + 63 & -64) + others[i];
    }
    MemorySegment all = shared(ends[others.length]);
    MemorySegment[] pieces = new MemorySegment[ends.length];
    for (int i = 0; i < ends.length; i++) {
      long size = i == 0 ? first : others[i - 1];
      pieces[i] = all.asSlice(ends[i] - size, size);
    }
    return pieces;
  }

  /// Memory for the length of a part.
  Workspace workspace() {
    return workspace;
  }

  /// Memory for what a part does one after the other ([ImageBlocks]).
  Workspace near() {
    return near;
  }

  /// How much memory was asked for.
  long bytes() {
    return bytes + workspace.bytes() + near.bytes();
  }
}
