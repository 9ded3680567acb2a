package dlt.backend.cuda.software;

import dlt.backend.cuda.software.Ptx.Function;
import dlt.backend.cuda.software.Ptx.Operand;
import dlt.backend.cuda.software.Ptx.Register;
import dlt.backend.cuda.software.Ptx.Space;
import dlt.backend.cuda.software.Ptx.Statement;
import dlt.backend.cuda.software.Ptx.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Puts the functions that a kernel calls in the places of the calls. What is passed to them lies in local memory.
final class Inliner {
  private static final int DEEPEST = 16;

  private final Ptx module;
  private final List<Register> registers = new ArrayList<>();
  private final Map<String, Variable> locals = new HashMap<>();
  private final List<Statement> statements = new ArrayList<>();
  private final Map<String, Integer> labels = new HashMap<>();
  private final Set<String> arguments = new HashSet<>();
  private int calls;

  private Inliner(Ptx module) {
    this.module = module;
  }

  static Function inline(Ptx module, Function kernel) {
    if (kernel.statements().stream().noneMatch(s -> s.opcode().startsWith("call"))) {
      return kernel;
    }
    Inliner i = new Inliner(module);
    kernel.parameters().forEach(p -> i.arguments.add(p.name()));
    i.add(kernel, "", Map.of(), 0);
    return new Function(kernel.name(), true, List.of(), kernel.parameters(), i.registers, i.locals, i.statements, i.labels);
  }

  /// Adds the statements of `function`, whose own names get `suffix` and whose parameters are called as `passed` says.
  private void add(Function function, String suffix, Map<String, String> passed, int depth) {
    if (depth > DEEPEST) {
      throw new PtxRefused("calls of " + function.name() + " are nested too deep");
    }
    Map<Register, Register> renamed = new HashMap<>();
    for (Register r : function.registers()) {
      Register n = new Register(r.name() + suffix, r.kind(), registers.size());
      registers.add(n);
      renamed.put(r, n);
    }
    Map<String, String> names = new HashMap<>(passed);
    for (Variable v : function.locals().values()) {
      if (!names.containsKey(v.name())) {
        String name = v.name() + suffix;
        names.put(v.name(), name);
        Space space = v.space() == Space.PARAM && !arguments.contains(name) ? Space.LOCAL : v.space();
        locals.put(name, new Variable(space, name, v.alignment(), v.bytes(), v.initial()));
      }
    }
    String end = "end" + suffix;
    Map<Integer, List<String>> marks = new HashMap<>();
    function.labels().forEach((l, at) -> {
      marks.computeIfAbsent(at, _ -> new ArrayList<>()).add(l + suffix);
      names.put(l, l + suffix);
    });
    int n = function.statements().size();
    for (int i = 0; i <= n; i++) {
      marks.getOrDefault(i, List.of()).forEach(l -> labels.put(l, statements.size()));
      if (i == n) {
        break;
      }
      Statement s = function.statements().get(i);
      Register guard = s.guard() == null ? null : renamed.get(s.guard());
      if (s.opcode().equals("call") || s.opcode().equals("call.uni")) {
        call(s, guard, names, depth);
      } else if (s.opcode().equals("ret") && depth > 0) {
        statements.add(new Statement(s.line(), guard, s.negated(), "bra", List.of(new Ptx.Symbol(end))));
      } else {
        List<Operand> operands = s.operands().stream().map(o -> renamed(o, renamed, names)).toList();
        statements.add(new Statement(s.line(), guard, s.negated(), opcode(s, operands), operands));
      }
    }
    labels.put(end, statements.size());
  }

  private void call(Statement s, Register guard, Map<String, String> names, int depth) {
    int at = s.operands().getFirst() instanceof Ptx.Vector ? 1 : 0;
    if (guard != null || !(s.operands().get(at) instanceof Ptx.Symbol(String name)) || !module.functions().containsKey(name)) {
      throw new PtxRefused("line " + s.line() + ": the software GPU does not know \"" + s + "\"");
    }
    Function f = module.functions().get(name);
    Map<String, String> passed = new HashMap<>();
    pass(f.results(), at == 1 ? s.operands().get(0) : new Ptx.Vector(List.of()), names, passed, s);
    pass(f.parameters(), at + 1 < s.operands().size() ? s.operands().get(at + 1) : new Ptx.Vector(List.of()), names, passed, s);
    add(f, "'" + ++calls, passed, depth + 1);
  }

  private static void pass(List<Variable> parameters, Operand given, Map<String, String> names, Map<String, String> passed, Statement s) {
    List<Operand> values = ((Ptx.Vector) given).elements();
    if (values.size() != parameters.size()) {
      throw new PtxRefused("line " + s.line() + ": \"" + s + "\" passes " + values.size() + " values for " + parameters.size());
    }
    for (int i = 0; i < values.size(); i++) {
      passed.put(parameters.get(i).name(), names.get(((Ptx.Symbol) values.get(i)).name()));
    }
  }

  /// What is passed to functions is local memory here.
  private String opcode(Statement s, List<Operand> operands) {
    for (Operand o : operands) {
      if (o instanceof Ptx.Address(Ptx.Symbol(String name), _) && locals.containsKey(name) && locals.get(name).space() == Space.LOCAL) {
        return s.opcode().replace(".param", ".local");
      }
    }
    return s.opcode();
  }

  private static Operand renamed(Operand o, Map<Register, Register> registers, Map<String, String> names) {
    return switch (o) {
      case Ptx.Value v -> new Ptx.Value(registers.get(v.register()));
      case Ptx.Negated v -> new Ptx.Negated(registers.get(v.register()));
      case Ptx.Pair p -> new Ptx.Pair(registers.get(p.first()), registers.get(p.second()));
      case Ptx.Symbol s -> new Ptx.Symbol(names.getOrDefault(s.name(), s.name()));
      case Ptx.Address a -> new Ptx.Address(a.base() == null ? null : renamed(a.base(), registers, names), a.offset());
      case Ptx.Vector v -> new Ptx.Vector(v.elements().stream().map(e -> renamed(e, registers, names)).toList());
      case Ptx.Number n -> n;
      case Ptx.Special s -> s;
    };
  }
}
