package dlt.backend.cpu;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Ceilings;
import dlt.backend.Program;
import dlt.graph.Graph;
import dlt.op.Variable;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// The processor: kernels of machine code emitted for the shapes of each graph, or of plain Java loops.
public final class CpuBackend implements Backend {
  private final InstructionSet instructionSet;
  private final boolean strict;
  private final Workers workers;
  private final CodeMemory code = new CodeMemory();
  private final Pages pages = new Pages();
  private final Arena variables = Arena.ofShared();
  private final Optional<UniformFill> drawing;

  /// A backend of `threads` threads, the caller's among them, with kernels of `instructionSet`. Throws
  /// [IllegalArgumentException] where this machine does not have it.
  public CpuBackend(int threads, InstructionSet instructionSet) {
    this(threads, instructionSet, false);
  }

  /// The same; with `strict`, convolutions add up the products of their definition, and do not get there with fewer (Winograd).
  public CpuBackend(int threads, InstructionSet instructionSet, boolean strict) {
    if (!InstructionSet.supported(instructionSet)) {
      throw new IllegalArgumentException("this machine does not have " + instructionSet);
    }
    this(new Workers(threads), instructionSet, strict);
  }

  /// The same of `workers`, which it closes.
  CpuBackend(Workers workers, InstructionSet instructionSet, boolean strict) {
    this.instructionSet = instructionSet;
    this.strict = strict;
    this.workers = workers;
    this.drawing = instructionSet == InstructionSet.JAVA ? Optional.empty() : Optional.of(new UniformFill(instructionSet, code));
  }

  /// A backend of `threads` threads with the best instruction set ([InstructionSet#best]).
  public static CpuBackend open(int threads) {
    return open(threads, false);
  }

  /// The same, `strict` or not.
  public static CpuBackend open(int threads, boolean strict) {
    return new CpuBackend(threads, InstructionSet.best(), strict);
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    return "cpu " + instructionSet + (strict ? ", strict float32, " : ", float32, ") + workers.threads() + (workers.threads() == 1 ? " thread" : " threads");
  }

  @Override
  public Buffer allocate(TensorType type) {
    MemorySegment memory = Memory.allocate(variables, type.bytes());
    pages.ready(memory);
    return new CpuBuffer(type, memory, Optional.empty(), drawing);
  }

  @Override
  public boolean writableMeanwhile() {
    return true;
  }

  @Override
  public Program compile(Graph graph, Map<String, Buffer> variables) {
    Arena arena = Arena.ofShared();
    try {
      Target target = new Target(instructionSet, strict, workers, code, arena, pages::ready);
      return new CpuCompiler(graph, variables, target).compile(arena);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /// Compiles it over memory that nothing is written to.
  @Override
  public OptionalLong planned(Graph graph) {
    try (Arena arena = Arena.ofShared()) {
      Map<String, Buffer> unwritten = new HashMap<>();
      graph.variables().forEach(n -> unwritten.put(((Variable) n.op()).name(), new CpuBuffer(n.type(), Memory.allocate(arena, n.type().bytes()))));
      Target target = new Target(instructionSet, strict, workers, code, arena, _ -> {});
      return OptionalLong.of(new CpuCompiler(graph, unwritten, target).compile(arena).plannedBytes());
    }
  }

  @Override
  public Optional<Ceilings> ceilings() {
    return instructionSet == InstructionSet.JAVA ? Optional.empty() : Optional.of(new Limits(instructionSet, workers, code).measure());
  }

  /// Frees the variables and ends the threads. Programs are not to be run any more.
  @Override
  public void close() {
    workers.close();
    pages.close();
    code.close();
    variables.close();
  }
}
