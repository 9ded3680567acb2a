package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.reference.ReferenceBackend;
import dlt.op.ArgMax;
import dlt.op.BatchNorm;
import dlt.op.Cast;
import dlt.op.Concat;
import dlt.op.Expand;
import dlt.op.Gather;
import dlt.op.LogSoftmax;
import dlt.op.OneHot;
import dlt.op.Op;
import dlt.op.OpCaseRunner;
import dlt.op.Pad;
import dlt.op.ScatterAdd;
import dlt.op.Slice;
import dlt.op.Softmax;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Kernels on operands that are large enough for several parts.
class PartsTest {
  private static HostTensor floats(int... dims) {
    HostTensor x = HostTensor.allocate(TensorType.float32(dims));
    Philox random = new Philox(8, dims.length, dims[0]);
    for (long i = 0; i < x.size(); i++) {
      x.set(i, 3 * random.uniform(i) - 1);
    }
    return x;
  }

  private static HostTensor indices(int bound, int... dims) {
    HostTensor x = HostTensor.allocate(TensorType.int64(dims));
    Philox random = new Philox(9, dims.length, dims[0]);
    for (long i = 0; i < x.size(); i++) {
      x.setLong(i, (long) (random.uniform(i) * bound));
    }
    return x;
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of(new Softmax(1), List.of(floats(300, 190))), Arguments.of(new Softmax(1), List.of(floats(3, 20_000))),
        Arguments.of(new Softmax(1), List.of(floats(5, 70, 300))), Arguments.of(new Softmax(0), List.of(floats(600, 90))),
        Arguments.of(new LogSoftmax(1), List.of(floats(9000, 3))), Arguments.of(new LogSoftmax(2), List.of(floats(30, 40, 33))),
        Arguments.of(new LogSoftmax(1), List.of(floats(4, 21, 30, 31))), Arguments.of(new LogSoftmax(0), List.of(floats(50_000))),
        Arguments.of(new BatchNorm(1e-5), List.of(floats(20, 33, 9, 11), floats(33), floats(33), floats(33), indices(5, 33).as(DType.FLOAT32))),
        Arguments.of(new ArgMax(1), List.of(floats(9000, 7))), Arguments.of(new ArgMax(1), List.of(floats(5, 9, 3000))),
        Arguments.of(new Cast(DType.INT64), List.of(floats(50_000))), Arguments.of(new Cast(DType.FLOAT32), List.of(indices(1000, 50_000))),
        Arguments.of(new OneHot(11, 1), List.of(indices(13, 7000))), Arguments.of(new OneHot(5, 1), List.of(indices(5, 60, 20, 20))),
        Arguments.of(new Gather(0), List.of(floats(500, 37), indices(510, 30, 40))), Arguments.of(new Gather(1), List.of(floats(40, 50, 30), indices(50, 70))),
        Arguments.of(new ScatterAdd(0, 100), List.of(indices(100, 900), floats(900, 150))),
        Arguments.of(new ScatterAdd(1, 30), List.of(indices(33, 60), floats(40, 60, 20))),
        Arguments.of(new Concat(1), List.of(floats(200, 30, 7), floats(200, 50, 7), floats(200, 1, 7))),
        Arguments.of(new Slice(1, 3, 40), List.of(floats(300, 50, 5))), Arguments.of(new Slice(2, 1, 30), List.of(floats(20, 90, 40))),
        Arguments.of(new Pad(List.of(0, 0, 2, 1), List.of(1, 0, 1, 3), 0.5), List.of(floats(10, 8, 28, 28))),
        Arguments.of(new Expand(Shape.of(50, 40, 30)), List.of(floats(40, 1))), Arguments.of(new Expand(Shape.of(64, 1000)), List.of(floats(1000))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void giveWhatTheReferenceGivesWithTheSameBitsForAnyNumberOfThreads(Op op, List<HostTensor> operands) {
    double[] exact;
    try (ReferenceBackend reference = new ReferenceBackend()) {
      exact = OpCaseRunner.run(reference, op, operands).toDoubles();
    }
    double[] twin;
    try (CpuBackend java = new CpuBackend(1, InstructionSet.JAVA)) {
      twin = OpCaseRunner.run(java, op, operands).toDoubles();
    }
    for (int i = 0; i < exact.length; i++) {
      if (Math.abs(twin[i] - exact[i]) > 1e-5 * (1 + Math.abs(exact[i]))) {
        assertThat(twin[i]).as("element %d of %s", i, op).isEqualTo(exact[i]);
      }
    }
    for (InstructionSet set : KernelBench.sets()) {
      for (int threads = 1; threads <= 3; threads++) {
        try (CpuBackend backend = new CpuBackend(threads, set)) {
          assertThat(OpCaseRunner.run(backend, op, operands).toDoubles()).as("%s on %s with %d threads", op, set, threads).isEqualTo(twin);
        }
      }
    }
  }
}
