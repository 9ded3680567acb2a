package dlt.selftest;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.graph.Flops;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.graph.Node;
import dlt.op.Op;
import dlt.op.OpCase;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Every op on a device, against the reference.
public final class SelfTest {
  private static final int WARM_UP_RUNS = 3, RUNS = 20;

  /// What an op reaches on large operands: milliseconds, floating-point operations and bytes a second (in billions).
  public record Rate(double ms, double gigaflops, double gigabytes) {}

  /// What became of an op's cases.
  ///
  /// @param worst the largest error, in units of what rounding may come to; above 1 is wrong
  /// @param problem the first thing that is wrong, or empty
  public record Result(String op, int cases, int wrong, double worst, String problem, Optional<Rate> rate) {}

  private SelfTest() {}

  /// The results of `cases`, op by op, each told to `each` when it is there. Factors of products may be off by `factorRounding`,
  /// relatively. Rates are those of `large`, of which one an op is taken.
  public static List<Result> run(Backend backend, double factorRounding, List<OpCase> cases, List<OpCase> large, Consumer<Result> each) {
    Map<String, List<OpCase>> byOp = new LinkedHashMap<>();
    cases.forEach(c -> byOp.computeIfAbsent(c.op().name(), _ -> new ArrayList<>()).add(c));
    List<Result> r = new ArrayList<>();
    byOp.forEach((op, its) -> {
      List<OpCheck> checks = its.stream().map(c -> OpCheck.of(backend, c, factorRounding, 1)).toList();
      List<OpCheck> wrong = checks.stream().filter(c -> !c.problem().isEmpty()).toList();
      Result result = new Result(op, checks.size(), wrong.size(), checks.stream().mapToDouble(OpCheck::worst).max().orElse(0),
          wrong.isEmpty() ? "" : wrong.getFirst().problem(), large.stream().filter(c -> c.op().name().equals(op)).findFirst().map(c -> rate(backend, c)));
      r.add(result);
      each.accept(result);
    });
    return r;
  }

  private static Rate rate(Backend backend, OpCase c) {
    GraphBuilder g = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    for (OpCase.Operand operand : c.operands()) {
      inputs.add(g.input("x" + inputs.size(), operand.type()));
    }
    Op op = c.op();
    g.output("y", g.emit(op, inputs));
    Graph graph = g.build();
    Node y = graph.outputs().get("y");
    try (Program program = backend.compile(graph, Map.of())) {
      List<HostTensor> values = c.draw();
      for (int i = 0; i < values.size(); i++) {
        if (program.inputs().contains("x" + i)) {
          program.input("x" + i).write(values.get(i));
        }
      }
      for (int i = 0; i < WARM_UP_RUNS; i++) {
        program.run();
      }
      double begin = program.clock().getAsDouble();
      for (int i = 0; i < RUNS; i++) {
        program.run();
      }
      double ms = (program.clock().getAsDouble() - begin) / RUNS;
      long bytes = y.type().bytes() + y.inputs().stream().mapToLong(n -> n.type().bytes()).sum();
      return new Rate(ms, Flops.of(y) * 1e-6 / ms, bytes * 1e-6 / ms);
    }
  }
}
