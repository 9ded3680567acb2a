package dlt.backend.cuda.software;

import dlt.backend.cuda.driver.Context.Extent;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// Runs kernels with one instruction left out or others in place of theirs, to see whether that is noticed.
public final class Mutation {
  /// An instruction that makes threads wait: the `number`th of `kernel`, from 1.
  public record Wait(String kernel, int number, Code code, int step) {
    public String instruction() {
      return code.statements()[step].toString();
    }

    /// Whether the kernel ends behind it.
    public boolean atEnd() {
      return code.statements()[step + 1].opcode().equals("ret");
    }

    /// Whether the section of a kernel ends behind it: its code goes on elsewhere, whatever happens.
    public boolean leaves() {
      return code.statements()[step + 1].opcode().startsWith("bra.uni");
    }

    /// Whether no other one follows in the kernel's text.
    public boolean last() {
      return IntStream.range(step + 1, code.statements().length).noneMatch(i -> waits(code, i));
    }

    @Override
    public String toString() {
      Ptx.Statement s = code.statements()[step];
      return kernel + ": wait " + number + ", line " + s.line() + " \"" + s + "\"";
    }
  }

  /// How many blocks were asked for at most.
  private final Map<Code, Integer> launched = Collections.synchronizedMap(new LinkedHashMap<>());
  private volatile Wait left;
  private volatile String few;
  private volatile UnaryOperator<String> rewriting = UnaryOperator.identity();

  /// Modules that are loaded from now on are what `rewriting` makes of their PTX.
  public void rewrite(UnaryOperator<String> rewriting) {
    this.rewriting = rewriting;
  }

  String rewritten(String ptx) {
    return rewriting.apply(ptx);
  }

  /// From now on `wait` is left out; null: nothing is.
  public void leaveOut(Wait wait) {
    left = wait;
  }

  /// The waits of all kernels that were launched since the last call, and how many blocks those asked for at most.
  public Map<Wait, Integer> waits() {
    Map<Wait, Integer> r = new LinkedHashMap<>();
    for (Map.Entry<Code, Integer> e : List.copyOf(launched.entrySet())) {
      Code c = e.getKey();
      int number = 0;
      for (int i = 0; i < c.statements().length; i++) {
        if (waits(c, i)) {
          r.put(new Wait(c.name(), ++number, c, i), e.getValue());
        }
      }
    }
    launched.clear();
    return r;
  }

  private static boolean waits(Code code, int step) {
    String o = code.statements()[step].opcode();
    return o.startsWith("bar.") || o.startsWith("barrier.") || o.startsWith("cp.async.wait");
  }

  /// Kernels whose names begin so get one block, whatever is asked for; null: none.
  public void oneBlockFor(String prefix) {
    few = prefix;
  }

  Extent grid(Code code, Extent asked) {
    launched.merge(code, asked.x() * asked.y() * asked.z(), Math::max);
    return few != null && code.name().startsWith(few) ? Extent.of(1) : asked;
  }

  Code of(Code code) {
    Wait w = left;
    return w != null && w.code == code ? code.without(w.step) : code;
  }
}
