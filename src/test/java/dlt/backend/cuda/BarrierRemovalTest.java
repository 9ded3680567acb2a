package dlt.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.Program;
import dlt.backend.cuda.driver.Gpu;
import dlt.backend.cuda.software.Fault;
import dlt.backend.cuda.software.Mutation;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.graph.GraphBuilder;
import dlt.op.MatMul;
import dlt.op.Op;
import dlt.op.OpCase;
import dlt.op.OpCases;
import dlt.op.Reduce;
import dlt.op.Softmax;
import dlt.op.Transpose;
import dlt.op.Value;
import dlt.selftest.OpCheck;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each barrier and each wait of the kernels that ship, and of those that dlt writes, is needed: without it the software GPU reports a
/// fault, or a result is wrong. It has one multiprocessor, so that few blocks do much each.
class BarrierRemovalTest {
  private static final String WRITTEN = "sections_";
  private static final Gpu GPU = new Gpu(0, "small software GPU", 1L << 30, 80, 1, 163 * 1024);

  @ParameterizedTest
  @EnumSource(Precision.class)
  void isNoticed(Precision precision) {
    Map<Mutation.Wait, List<OpCase>> cases = new LinkedHashMap<>();
    Map<Mutation.Wait, Integer> blocks = new HashMap<>();
    SoftwareDriver whole = new SoftwareDriver(GPU, 1);
    try (CudaBackend backend = new CudaBackend(whole, GPU, precision)) {
      for (OpCase c : cases(precision)) {
        whole.mutation().oneBlockFor(written(c));
        assertThat(problem(backend, precision, c)).isEmpty();
        whole.mutation().waits().forEach((w, n) -> {
          cases.computeIfAbsent(w, _ -> new ArrayList<>()).add(c);
          blocks.merge(w, n, Math::max);
        });
      }
    }
    List<String> unnoticed = new ArrayList<>();
    cases.forEach((wait, uses) -> {
      if (!redundant(wait, blocks.get(wait)) && uses.stream().allMatch(c -> problem(wait, precision, c).isEmpty())) {
        unnoticed.add(wait.toString());
      }
    });
    assertThat(unnoticed).as("of %s", cases.size()).isEmpty();
  }

  /// Two reductions of which the second needs the first, as one kernel of one block, whose teams take several turns in each.
  @Test
  void isNoticedBetweenAndInsideSectionsInTurn() {
    SoftwareDriver whole = new SoftwareDriver(GPU, 1);
    double[] expected = sectionsInTurn(whole);
    Set<Mutation.Wait> waits = whole.mutation().waits().keySet();
    assertThat(waits.stream().map(Mutation.Wait::kernel).distinct()).hasSize(1);
    assertThat(waits).as("three in the tree of the rows, one between, four in the tree of the columns").hasSize(8);
    assertThat(unnoticed(waits, BarrierRemovalTest::sectionsInTurn, expected)).isEmpty();
  }

  /// Those of `waits` without which `run` has no fault and gives what is `expected`.
  private static List<Mutation.Wait> unnoticed(Set<Mutation.Wait> waits, Function<SoftwareDriver, double[]> run, double[] expected) {
    return waits.stream().filter(wait -> {
      SoftwareDriver driver = new SoftwareDriver(GPU, 1);
      driver.mutation().leaveOut(wait);
      try {
        return Arrays.equals(run.apply(driver), expected);
      } catch (Fault _) {
        return false;
      }
    }).toList();
  }

  /// The sums of rows, and then, by columns, of the absolute distances from these.
  private static double[] sectionsInTurn(SoftwareDriver driver) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(20, 301));
    Value sums = g.sum(x, List.of(1), true);
    g.output("sums", sums);
    g.output("distances", g.sum(g.abs(g.sub(x, sums)), List.of(0), false));
    HostTensor values = HostTensor.allocate(TensorType.float32(20, 301));
    Philox random = new Philox(3, 0, 0);
    for (long i = 0; i < values.size(); i++) {
      values.set(i, random.uniform(i));
    }
    try (CudaBackend backend = new CudaBackend(driver, GPU, Precision.FLOAT32); Program program = backend.compile(g.build(), Map.of())) {
      program.input("x").write(values);
      program.run();
      return DoubleStream.concat(Arrays.stream(program.output("sums").read().toDoubles()), Arrays.stream(program.output("distances").read().toDoubles()))
          .toArray();
    }
  }

  /// Two products and a reduction, as one kernel whose blocks have more threads than the products'.
  @Test
  void isNoticedInProductsSideBySide() {
    SoftwareDriver whole = new SoftwareDriver(GPU, 1);
    double[] expected = productsSideBySide(whole);
    Set<Mutation.Wait> waits = whole.mutation().waits().keySet();
    assertThat(waits.stream().map(Mutation.Wait::kernel).distinct()).hasSize(1);
    // the last one is the reduction's before the next turn, and no block has a second one
    assertThat(unnoticed(waits, BarrierRemovalTest::productsSideBySide, expected)).as("of %s", waits.size())
        .allMatch(wait -> wait.instruction().equals("cp.async.wait_group 0;") || wait.leaves() || wait.last());
  }

  /// The gradients of a linear layer.
  private static double[] productsSideBySide(SoftwareDriver driver) {
    GraphBuilder g = new GraphBuilder();
    Map<String, HostTensor> values = new LinkedHashMap<>();
    values.put("x", random(1, 448, 70));
    values.put("dy", random(2, 448, 400));
    values.put("w", random(3, 400, 70));
    Value x = g.input("x", values.get("x").type());
    Value dy = g.input("dy", values.get("dy").type());
    Value w = g.input("w", values.get("w").type());
    g.output("dx", g.emit(new MatMul(false, false), dy, w));
    g.output("dw", g.emit(new MatMul(true, false), dy, x));
    g.output("db", g.sum(dy, List.of(0), false));
    try (CudaBackend backend = new CudaBackend(driver, GPU, Precision.FLOAT32); Program program = backend.compile(g.build(), Map.of())) {
      values.forEach((name, v) -> program.input(name).write(v));
      program.run();
      return List.of("dx", "dw", "db").stream().flatMapToDouble(name -> Arrays.stream(program.output(name).read().toDoubles())).toArray();
    }
  }

  private static HostTensor random(int stream, int... shape) {
    HostTensor values = HostTensor.allocate(TensorType.float32(shape));
    Philox random = new Philox(3, stream, 0);
    for (long i = 0; i < values.size(); i++) {
      values.set(i, random.uniform(i) - 0.5);
    }
    return values;
  }

  private static boolean redundant(Mutation.Wait wait, int blocks) {
    // behind the loop over slabs, whose last groups are empty: kept, so that this does not hang on how many slabs are ahead
    return wait.instruction().equals("cp.async.wait_group 0;")
        // behind the last turn of a loop that the compiler has unrolled: nothing follows
        || wait.atEnd()
        // a written kernel that one block is enough for, however large: the barrier before the next turn has no next turn
        || wait.kernel().startsWith(WRITTEN) && blocks == 1 && wait.last();
  }

  /// The kernels of reductions are right with any number of blocks, and ask for as many as there is work: with one they take turns.
  private static String written(OpCase c) {
    return c.op() instanceof Reduce ? WRITTEN : null;
  }

  /// The table's, and some that are large enough for each block to do several things one after another.
  private static List<OpCase> cases(Precision precision) {
    List<OpCase> r = new ArrayList<>(OpCases.all());
    // reductions of other kinds differ in one instruction
    r.removeIf(c -> c.op() instanceof Reduce x && x.kind() != Reduce.Kind.SUM);
    if (precision != Precision.FLOAT32) {
      r.removeIf(c -> !c.toString().contains("MatMul") && !c.toString().contains("Conv2d"));
      return r;     // other kernels are the same in each precision
    }
    r.add(large(new Softmax(1), 2, 9, 700));
    r.add(large(new Transpose(List.of(1, 0)), 330, 170));
    r.add(large(new Reduce(Reduce.Kind.SUM, List.of(0), false), 70, 3000));
    r.add(large(new Reduce(Reduce.Kind.SUM, List.of(1), false), 70, 3000));
    r.add(large(new Reduce(Reduce.Kind.SUM, List.of(1), false), 5000, 40));
    r.add(large(new Reduce(Reduce.Kind.SUM, List.of(0, 2), false), 9, 1100, 11));
    return r;
  }

  private static OpCase large(Op op, int... dims) {
    return new OpCase(op, List.of(new OpCase.Operand(TensorType.float32(dims), (random, i) -> random.uniform(i) - 0.5)), false);
  }

  private static String problem(Mutation.Wait without, Precision precision, OpCase c) {
    SoftwareDriver driver = new SoftwareDriver(GPU, 1);
    driver.mutation().oneBlockFor(written(c));
    driver.mutation().leaveOut(without);
    try (CudaBackend backend = new CudaBackend(driver, GPU, precision)) {
      return problem(backend, precision, c);
    }
  }

  private static String problem(CudaBackend backend, Precision precision, OpCase c) {
    double rounding = switch (precision) {
      case FLOAT32 -> 0;
      case TF32 -> 0x1p-11;
      case BF16 -> 0x1p-8;
    };
    try {
      return OpCheck.of(backend, c, rounding, 64).problem();
    } catch (Fault e) {
      return e.getMessage();
    }
  }
}
