package dlt.backend.cpu;

import dlt.backend.Program;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.LogSoftmax;
import dlt.op.MatMul;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.Op;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One kernel again and again, its operands as near as they fit: programs of one op, as the compiler makes them.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class KernelsBenchmark {
  private static final Window SAME = Window.of(1, 1, 1, 1, 1, 1), HALF = Window.of(2, 2, 1, 1, 1, 1), STEM = Window.of(2, 2, 3, 3, 1, 1);

  /// An op and its operands. `nhwc` ones take and give images channels-last.
  public enum Kernel {
    MATMUL_512(new MatMul(false, false), TensorType.float32(512, 512), TensorType.float32(512, 512)),
    LOG_SOFTMAX_128_1000(new LogSoftmax(1), TensorType.float32(128, 1000)),
    CONV_3X3_64_56(nhwc(new Conv2d(SAME, 1), true, true, false), TensorType.float32(8, 56, 56, 64), TensorType.float32(64, 64, 3, 3)),
    CONV_3X3_512_7(nhwc(new Conv2d(SAME, 1), true, true, false), TensorType.float32(8, 7, 7, 512), TensorType.float32(512, 512, 3, 3)),
    CONV_3X3_HALF_128_28(nhwc(new Conv2d(HALF, 1), true, true, false), TensorType.float32(8, 28, 28, 128), TensorType.float32(256, 128, 3, 3)),
    CONV_7X7_HALF_3_224(nhwc(new Conv2d(STEM, 1), true, true, false), TensorType.float32(8, 224, 224, 3), TensorType.float32(64, 3, 7, 7)),
    CONV_3X3_64_56_GRAD_INPUT(nhwc(new Conv2dGradInput(SAME, 1, 56, 56), true, true, false), TensorType.float32(8, 56, 56, 64),
        TensorType.float32(64, 64, 3, 3)),
    CONV_3X3_512_7_GRAD_INPUT(nhwc(new Conv2dGradInput(SAME, 1, 7, 7), true, true, false), TensorType.float32(8, 7, 7, 512),
        TensorType.float32(512, 512, 3, 3)),
    CONV_3X3_64_56_GRAD_WEIGHT(nhwc(new Conv2dGradWeight(SAME, 1, 3, 3), false, true, true), TensorType.float32(8, 56, 56, 64),
        TensorType.float32(8, 56, 56, 64)),
    CONV_3X3_512_7_GRAD_WEIGHT(nhwc(new Conv2dGradWeight(SAME, 1, 3, 3), false, true, true), TensorType.float32(8, 7, 7, 512),
        TensorType.float32(8, 7, 7, 512)),
    MAX_POOL_3X3_HALF_64_112(nhwc(new MaxPool2d(HALF, 3, 3), true, true), TensorType.float32(8, 112, 112, 64)),
    MAX_POOL_3X3_HALF_64_112_GRAD(nhwc(new MaxPool2dGrad(HALF, 3, 3), true, true, true), TensorType.float32(8, 112, 112, 64),
        TensorType.float32(8, 56, 56, 64));

    final Op op;
    final List<TensorType> operands;

    Kernel(Op op, TensorType... operands) {
      this.op = op;
      this.operands = List.of(operands);
    }

    private static Op nhwc(Op op, boolean result, Boolean... operands) {
      return new Nhwc(op, List.of(operands), result);
    }
  }

  @Param public Kernel kernel;
  @Param("2") public int threads;

  private CpuBackend backend;
  private Program program;

  @Setup
  public void compile() {
    GraphBuilder g = new GraphBuilder();
    List<Value> operands = new ArrayList<>();
    for (int i = 0; i < kernel.operands.size(); i++) {
      operands.add(g.input("x" + i, kernel.operands.get(i)));
    }
    g.output("y", g.emit(kernel.op, operands));
    Graph graph = g.build();
    backend = CpuBackend.open(threads);
    program = backend.compile(graph, Map.of());
    for (int i = 0; i < kernel.operands.size(); i++) {
      HostTensor t = HostTensor.allocate(kernel.operands.get(i));
      float[] values = new float[Math.toIntExact(t.size())];
      new Philox(1, i, 0).uniform(0, values);
      t.set(0, values);
      program.input("x" + i).write(t);
    }
  }

  @Benchmark
  public void run() {
    program.run();
  }

  @TearDown
  public void close() {
    program.close();
    backend.close();
  }
}
