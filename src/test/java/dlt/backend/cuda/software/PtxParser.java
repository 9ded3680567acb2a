package dlt.backend.cuda.software;

import dlt.backend.cuda.software.Ptx.Function;
import dlt.backend.cuda.software.Ptx.Kind;
import dlt.backend.cuda.software.Ptx.Operand;
import dlt.backend.cuda.software.Ptx.Register;
import dlt.backend.cuda.software.Ptx.Space;
import dlt.backend.cuda.software.Ptx.Statement;
import dlt.backend.cuda.software.Ptx.Variable;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads a module of PTX. What it has no rule for is refused.
final class PtxParser {
  private static final Set<String> SPACES = Set.of(".global", ".const", ".shared", ".local", ".param");
  private static final Set<String> LINKAGE = Set.of(".visible", ".extern", ".weak");

  private final PtxTokens tokens;
  private final Map<String, Variable> variables = new LinkedHashMap<>();
  private final Map<String, Function> functions = new LinkedHashMap<>();

  // of the function that is being read
  private List<Register> registers;
  private Deque<Map<String, Register>> scopes;
  private Map<String, Variable> locals;
  private List<Statement> statements;
  private Map<String, Integer> labels;

  private PtxParser(String text) {
    tokens = new PtxTokens(text);
  }

  static Ptx parse(String text) {
    PtxParser parser = new PtxParser(text);
    parser.module();
    return new Ptx(parser.variables, parser.functions);
  }

  private void module() {
    boolean version = false;
    while (!tokens.peek().isEmpty()) {
      String t = tokens.peek();
      if (t.equals(".version") || t.equals(".target") || t.equals(".address_size")) {
        version |= t.equals(".version");
        tokens.take();
        tokens.take();
        while (tokens.take(",")) {
          tokens.take();
        }
      } else if (LINKAGE.contains(t)) {
        tokens.take();
      } else if (SPACES.contains(t)) {
        Variable v = variable();
        tokens.expect(";");
        variables.put(v.name(), v);
      } else if (t.equals(".entry") || t.equals(".func")) {
        function();
      } else {
        throw tokens.error("found \"" + t + "\", expected a variable or a function");
      }
    }
    if (!version) {
      throw tokens.error("no .version");
    }
  }

  // ---- variables

  private Variable variable() {
    Space space = switch (tokens.take()) {
      case ".global" -> Space.GLOBAL;
      case ".const" -> Space.CONST;
      case ".shared" -> Space.SHARED;
      case ".local" -> Space.LOCAL;
      case ".param" -> Space.PARAM;
      default -> throw tokens.error("expected a state space");
    };
    int alignment = 0;
    if (tokens.take(".align")) {
      alignment = tokens.integer();
    }
    int size = bytes(tokens.take());
    if (tokens.take(".ptr")) {
      while (tokens.peek().startsWith(".")) {
        if (tokens.take().equals(".align")) {
          tokens.integer();
        }
      }
    }
    String name = tokens.take();
    int count = 1;
    while (tokens.take("[")) {
      count *= tokens.peek().equals("]") ? 0 : tokens.integer();
      tokens.expect("]");
    }
    byte[] initial = null;
    if (tokens.take("=")) {
      initial = new byte[size * count];
      int at = 0;
      boolean list = tokens.take("{");
      do {
        BigInteger value = literal(tokens.take("-"), size);
        for (int b = 0; b < size; b++) {
          initial[at++] = value.shiftRight(8 * b).byteValue();
        }
      } while (list && tokens.take(","));
      if (list) {
        tokens.expect("}");
      }
    }
    return new Variable(space, name, Math.max(alignment, size), size * count, initial);
  }

  private BigInteger literal(boolean negative, int size) {
    String t = tokens.take();
    try {
      if (t.startsWith("0f") || t.startsWith("0F") || t.startsWith("0d") || t.startsWith("0D")) {
        return new BigInteger(t.substring(2), 16);
      }
      BigInteger r = t.startsWith("0x") ? new BigInteger(t.substring(2).replace("U", ""), 16) : new BigInteger(t);
      return negative ? r.negate() : r;
    } catch (NumberFormatException e) {
      throw tokens.error("found \"" + t + "\", expected a literal of " + size + " bytes");
    }
  }

  private int bytes(String type) {
    return switch (type) {
      case ".b8", ".u8", ".s8" -> 1;
      case ".b16", ".u16", ".s16", ".f16" -> 2;
      case ".b32", ".u32", ".s32", ".f32" -> 4;
      case ".b64", ".u64", ".s64", ".f64" -> 8;
      default -> throw tokens.error("type " + type + " of a variable is not known");
    };
  }

  // ---- functions

  private void function() {
    boolean entry = tokens.take().equals(".entry");
    List<Variable> results = entry ? List.of() : tokens.peek().equals("(") ? parameters() : List.of();
    String name = tokens.take();
    List<Variable> parameters = tokens.peek().equals("(") ? parameters() : List.of();
    while (!tokens.peek().equals("{") && !tokens.peek().equals(";")) {
      String directive = tokens.take();
      switch (directive) {
        case ".maxntid", ".reqntid", ".minnctapersm", ".maxnreg" -> {
          do {
            tokens.integer();
          } while (tokens.take(","));
        }
        case ".noreturn" -> {}
        default -> throw tokens.error("directive " + directive + " of a function is not known");
      }
    }
    if (tokens.take(";")) {
      return;     // a declaration alone
    }
    registers = new ArrayList<>();
    scopes = new ArrayDeque<>();
    locals = new HashMap<>();
    statements = new ArrayList<>();
    labels = new HashMap<>();
    for (Variable v : results) {
      locals.put(v.name(), v);
    }
    for (Variable v : parameters) {
      locals.put(v.name(), v);
    }
    tokens.expect("{");
    scope();
    functions.put(name, new Function(name, entry, results, parameters, registers, locals, statements, labels));
  }

  private List<Variable> parameters() {
    List<Variable> r = new ArrayList<>();
    tokens.expect("(");
    while (!tokens.take(")")) {
      r.add(variable());
      tokens.take(",");
    }
    return r;
  }

  /// What stands between braces; the opening one has been read.
  private void scope() {
    scopes.push(new HashMap<>());
    while (!tokens.take("}")) {
      String t = tokens.peek();
      if (t.isEmpty()) {
        throw tokens.error("a function does not end");
      } else if (tokens.take("{")) {
        scope();
      } else if (t.equals(".reg")) {
        registers();
      } else if (t.equals(".pragma") || t.equals(".loc")) {
        while (!tokens.take(";")) {
          tokens.take();
        }
      } else if (SPACES.contains(t)) {
        Variable v = variable();
        tokens.expect(";");
        // what is passed to calls is declared again for each, under the same name
        locals.merge(v.name(), v, (a, b) -> a.bytes() >= b.bytes() ? a : b);
      } else {
        statement();
      }
    }
    scopes.pop();
  }

  private void registers() {
    tokens.expect(".reg");
    String type = tokens.take();
    Kind kind = switch (type) {
      case ".pred" -> Kind.PREDICATE;
      case ".b16", ".u16", ".s16", ".f16", ".b32", ".u32", ".s32", ".f32", ".f16x2" -> Kind.INT;
      case ".b64", ".u64", ".s64", ".f64" -> Kind.LONG;
      default -> throw tokens.error("type " + type + " of a register is not known");
    };
    do {
      String name = tokens.take();
      if (tokens.take("<")) {
        int count = tokens.integer();
        for (int i = 0; i < count; i++) {
          register(name + i, kind);
        }
        tokens.expect(">");
      } else {
        register(name, kind);
      }
    } while (tokens.take(","));
    tokens.expect(";");
  }

  private void register(String name, Kind kind) {
    Register r = new Register(name, kind, registers.size());
    registers.add(r);
    scopes.peek().put(name, r);
  }

  private Register find(String name) {
    for (Map<String, Register> scope : scopes) {
      Register r = scope.get(name);
      if (r != null) {
        return r;
      }
    }
    return null;
  }

  private void statement() {
    int line = tokens.line();
    if (tokens.take(";")) {
      return;
    }
    Register guard = null;
    boolean negated = false;
    if (tokens.take("@")) {
      negated = tokens.take("!");
      guard = find(tokens.peek());
      if (guard == null || guard.kind() != Kind.PREDICATE) {
        throw tokens.error("found \"" + tokens.peek() + "\", expected a predicate");
      }
      tokens.take();
    }
    String opcode = tokens.take();
    if (guard == null && tokens.take(":")) {
      labels.put(opcode, statements.size());
      return;
    }
    List<Operand> operands = new ArrayList<>();
    if (!tokens.take(";")) {
      do {
        operands.add(operand());
      } while (tokens.take(","));
      tokens.expect(";");
    }
    statements.add(new Statement(line, guard, negated, opcode, List.copyOf(operands)));
  }

  private Operand operand() {
    if (tokens.take("{")) {
      return vector("}");
    }
    if (tokens.take("(")) {
      return vector(")");
    }
    if (tokens.take("[")) {
      return address();
    }
    if (tokens.take("!")) {
      Register r = find(tokens.peek());
      if (r == null) {
        throw tokens.error("\"" + tokens.peek() + "\" is not declared");
      }
      tokens.take();
      return new Ptx.Negated(r);
    }
    if (tokens.take("-")) {
      return new Ptx.Number("-" + tokens.take());
    }
    String t = tokens.take();
    if (t.isEmpty() || !t.matches("[A-Za-z0-9_$%.]+")) {
      throw tokens.error("found \"" + t + "\", expected an operand");
    }
    Register r = find(t);
    if (r != null) {
      if (tokens.take("|")) {
        Register second = find(tokens.peek());
        if (second == null) {
          throw tokens.error("\"" + tokens.peek() + "\" is not declared");
        }
        tokens.take();
        return new Ptx.Pair(r, second);
      }
      return new Ptx.Value(r);
    }
    if (t.charAt(0) == '%') {
      return new Ptx.Special(t);
    }
    return Character.isDigit(t.charAt(0)) ? new Ptx.Number(t) : new Ptx.Symbol(t);
  }

  private Operand vector(String end) {
    List<Operand> r = new ArrayList<>();
    while (!tokens.take(end)) {
      r.add(operand());
      tokens.take(",");
    }
    return new Ptx.Vector(List.copyOf(r));
  }

  private Operand address() {
    Operand base = operand();
    long offset = 0;
    if (base instanceof Ptx.Number n) {
      offset = Long.decode(n.text());
      base = null;
    }
    while (tokens.peek().equals("+") || tokens.peek().equals("-")) {
      long sign = tokens.take().equals("+") ? 1 : -1;
      if (tokens.take("-")) {
        sign = -sign;
      }
      offset += sign * Long.decode(tokens.take());
    }
    tokens.expect("]");
    return new Ptx.Address(base, offset);
  }
}
