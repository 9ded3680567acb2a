package dlt.backend.cuda.software;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns kernels into [Code]. An instruction that no family knows is refused.
final class Translator {
  private final Ptx module;
  private final Ptx.Function kernel;
  private final Slots slots;
  private final Layout layout;
  private int smallestShared = 4;
  private int smallestGlobal = 4;

  private Translator(Ptx module, Ptx.Function kernel) {
    this.module = module;
    this.kernel = kernel;
    layout = new Layout(module, kernel);
    int[] counts = new int[Ptx.Kind.values().length];
    Map<Ptx.Register, Integer> registers = new HashMap<>();
    for (Ptx.Register r : kernel.registers()) {
      registers.put(r, counts[r.kind().ordinal()]++);
    }
    slots = new Slots(registers, counts, module.variables(), layout);
  }

  /// The kernels of a module by name.
  static Map<String, Code> kernels(Ptx module) {
    Map<String, Code> r = new HashMap<>();
    for (Ptx.Function f : module.functions().values()) {
      if (f.entry()) {
        r.put(f.name(), new Translator(module, Inliner.inline(module, f)).translate());
      }
    }
    return r;
  }

  private Code translate() {
    List<Ptx.Statement> statements = kernel.statements();
    int n = statements.size();
    Step[] steps = new Step[n + 1];
    int[] guards = new int[n + 1];
    int[] negations = new int[n + 1];
    for (int i = 0; i < n; i++) {
      Ptx.Statement s = statements.get(i);
      guards[i] = s.guard() == null ? -1 : slots.of(s.guard());
      negations[i] = s.negated() ? -1 : 0;
      Instruction x = new Instruction(s, slots);
      steps[i] = step(x);
      if (steps[i] == null) {
        throw x.refused();
      }
      note(s);
    }
    // a kernel ends where its text does
    Ptx.Statement end = new Ptx.Statement(n == 0 ? 0 : statements.getLast().line() + 1, null, false, "exit", List.of());
    steps[n] = Warp::exit;
    guards[n] = -1;
    Ptx.Statement[] texts = java.util.stream.Stream.concat(statements.stream(), java.util.stream.Stream.of(end)).toArray(Ptx.Statement[]::new);
    return new Code(kernel.name(), steps, texts, guards, negations, slots.count(Ptx.Kind.INT), slots.count(Ptx.Kind.LONG),
        slots.count(Ptx.Kind.PREDICATE), slots.constants(), slots.specials(), (int) layout.end(Ptx.Space.PARAM),
        (int) layout.end(Ptx.Space.SHARED) - SharedMemory.BASE, (int) layout.end(Ptx.Space.LOCAL), smallestShared,
        Integer.numberOfTrailingZeros(smallestGlobal));
  }

  private void note(Ptx.Statement s) {
    String o = s.opcode();
    if (!o.startsWith("ld.") && !o.startsWith("st.") && !o.startsWith("atom.") && !o.startsWith("red.")) {
      return;
    }
    int bytes = o.endsWith("8") ? 1 : o.endsWith("16") ? 2 : 4;
    if (o.contains(".global")) {
      smallestGlobal = Math.min(smallestGlobal, bytes);
    } else if (o.contains(".shared")) {
      smallestShared = Math.min(smallestShared, bytes);
    } else if (!o.contains(".local") && !o.contains(".param") && !o.contains(".const")) {
      smallestGlobal = Math.min(smallestGlobal, bytes);
      smallestShared = Math.min(smallestShared, bytes);
    }
  }

  private Step step(Instruction x) {
    return switch (x.name()) {
      case "add", "sub", "mul", "mad", "fma", "div", "rem", "min", "max", "abs", "neg", "and", "or", "xor", "not", "shl", "shr", "shf", "bfe", "bfi",
          "brev", "clz", "popc", "bfind", "prmt", "lop3", "copysign", "testp", "ex2", "lg2", "sin", "cos", "rcp", "sqrt", "rsqrt", "tanh" ->
        switch (x.type()) {
          case "f32" -> Floats.translate(x);
          case "f64" -> Doubles.translate(x);
          default -> Integers.translate(x);
        };
      case "setp" -> Comparisons.setp(x);
      case "set" -> Comparisons.set(x);
      case "selp" -> Comparisons.selp(x);
      case "mov" -> Moves.mov(x);
      case "cvta" -> Moves.cvta(x);
      case "cvt" -> Conversions.translate(x);
      case "ld", "ldu" -> Memory.load(x);
      case "st" -> Memory.store(x);
      case "cp" -> AsyncOps.translate(x);
      case "ldmatrix" -> MatrixOps.load(x);
      case "mma" -> MatrixOps.multiply(x);
      case "shfl" -> WarpOps.shuffle(x);
      case "vote" -> WarpOps.vote(x);
      case "redux" -> WarpOps.reduction(x);
      case "activemask" -> WarpOps.activeMask(x);
      case "bra" -> Control.branch(x, kernel.labels());
      case "ret", "exit" -> Control.end(x);
      case "bar", "barrier" -> Control.barrier(x);
      case "membar", "fence" -> Control.fence(x);
      default -> null;
    };
  }
}
