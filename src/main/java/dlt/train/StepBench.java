package dlt.train;

import dlt.backend.Backend;
import dlt.backend.KernelCall;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Field;
import dlt.experiment.Assembly;
import dlt.experiment.Prepared;
import dlt.loss.LossTerm;
import dlt.loss.Target;
import dlt.optim.LearningRate;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// Whole training steps, measured one by one: a batch goes in, the loss is read, as in a training. Four made-up batches take
/// turns, so that no reading of data is measured.
public final class StepBench implements AutoCloseable {
  /// Milliseconds a step, samples a second by the median, and the bytes of the plan and the variables.
  public record Result(int steps, double median, double p10, double p90, double samplesPerSecond, long plannedBytes, double loss) {}

  private static final int BATCHES = 4, MIN_STEPS = 5, WARM_UP_STEPS = 3;
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private static final int MOST_PROFILED = 1000;
  /// Numbers that are drawn for a batch, which has them over and over.
  private static final int SOME = 1 << 12;

  private final Assembly assembly;
  private final Backend backend;
  private final int batchSize;
  private final Variables variables;
  private final Program program;
  private final LearningRate rate;
  private final Feed feed;
  private final List<Batch> batches = new ArrayList<>();
  private long step;
  private double loss;

  public StepBench(Prepared prepared, Backend backend, int batchSize) {
    this(prepared, backend, batchSize, BATCHES);
  }

  /// The same where it is known that there will be no more steps than `most`.
  public StepBench(Prepared prepared, Backend backend, int batchSize, int most) {
    this.assembly = prepared.assembly();
    this.backend = backend;
    this.batchSize = batchSize;
    this.variables = Variables.unset(backend, assembly);
    try (Aside made = variables.initialise(backend, assembly, () -> IntStream.range(0, Math.min(most, BATCHES)).forEach(i -> batches.add(made(i))))) {
      this.program = backend.compile(assembly.training(batchSize), variables.buffers());
      try {
        made.join();
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
    }
    this.rate = prepared.rate(Integer.MAX_VALUE / Math.max(1, assembly.experiment().training().epochs()));
    this.feed = new Feed(assembly);
  }

  private Batch made(int index) {
    Philox random = new Philox(0, Philox.Purpose.SYNTHETIC.stream(0), index);
    float[] some = new float[SOME];
    random.uniform(0, some);
    for (int k = 0; k < SOME; k++) {
      some[k] = 2 * some[k] - 1;
    }
    List<HostTensor> inputs = new ArrayList<>();
    for (Field f : assembly.schema().inputs()) {
      HostTensor t = HostTensor.allocate(batched(f.type()));
      for (long i = 0; i < t.size() && f.type().dtype() == DType.FLOAT32; i += some.length) {
        t.set(i, some);
      }
      inputs.add(t);
    }
    List<HostTensor> targets = new ArrayList<>();
    for (Field f : assembly.trainingTargets()) {
      targets.add(HostTensor.allocate(batched(f.type())));
    }
    for (LossTerm term : assembly.experiment().loss()) {
      assembly.expected(term, batchSize).filter(_ -> assembly.targetInput(term).isEmpty()).ifPresent(e -> fill(targets.get(assembly.targetIndex(term)), e, random));
    }
    return new Batch(inputs, targets, batchSize, index);
  }

  private static void fill(HostTensor target, Target expected, Philox random) {
    for (long i = 0; i < target.size(); i++) {
      float u = random.uniform(i + (1L << 40));
      switch (expected) {
        case Target.ClassIndices c when target.dtype() == DType.FLOAT32 -> target.set(i, 1.0 / c.classes()); // mixed
        case Target.ClassIndices c -> target.setLong(i, (long) (u * c.classes()));
        case Target.Numbers n -> target.set(i, n.min() == 0 && n.max() == 1 ? Math.round(u) : u);
        case Target.LabelSequences s -> // no more than any steps can tell
          target.setLong(i, i % s.shape().dim(1) < Math.ceilDiv(s.steps(), 2) ? (s.blank() + 1 + (long) (u * (s.classes() - 1))) % s.classes() : s.blank());
        case Target.Signs _ -> target.set(i, u < 0.5f ? -1 : 1);
      }
    }
  }

  private TensorType batched(TensorType sample) {
    return new TensorType(sample.dtype(), sample.shape().insert(0, batchSize));
  }

  /// Measures `n` steps from the first on.
  public Result steps(int n) {
    return result(timed(i -> i < n));
  }

  /// Warms up for two seconds, then measures for `seconds`, five steps at least.
  public Result seconds(double seconds) {
    timed(until(WARM_UP_STEPS, WARM_UP_NANOS));
    return result(timed(until(MIN_STEPS, Math.round(seconds * 1e9))));
  }

  /// Whether to take another step after so many: at least `steps`, until `nanos` are over.
  private static IntPredicate until(int steps, long nanos) {
    long begin = System.nanoTime();
    return i -> i < steps || System.nanoTime() - begin < nanos;
  }

  /// Milliseconds from the end of one step to the end of the next, while `more` says so: by the device's clock, with as many steps on
  /// their way as in a training.
  private double[] timed(IntPredicate more) {
    double[] ms = new double[1024];
    int known = 0;
    double before = program.clock().getAsDouble();
    Queue<Taken> pending = new ArrayDeque<>();
    int taken = 0;
    boolean goesOn = true;
    while (goesOn || !pending.isEmpty()) {
      goesOn = goesOn && more.test(taken);
      if (goesOn) {
        step(Program::run);
        pending.add(new Taken(program.later(Assembly.LOSS), program.clock()));
        taken++;
      }
      while (pending.size() > (goesOn ? program.ahead() : 0)) {
        Taken t = pending.remove();
        loss = t.loss.getAsDouble();
        double end = t.end.getAsDouble();
        ms = known == ms.length ? Arrays.copyOf(ms, 2 * known) : ms;
        ms[known++] = end - before;
        before = end;
      }
    }
    return Arrays.copyOf(ms, known);
  }

  /// A step that was taken: its loss, and when it ended.
  private record Taken(DoubleSupplier loss, DoubleSupplier end) {}

  /// Times each kernel of as many further steps as fit `seconds`, or of `most`; `stepMs` is a step's time as measured before.
  /// Empty where the device does not time its kernels.
  public Optional<StepProfile> profile(double stepMs, double seconds, int most) {
    List<KernelCall> calls = program.calls();
    if (calls.isEmpty()) {
      return Optional.empty();
    }
    int steps = Math.clamp((long) (seconds * 1000 / stepMs), 1, Math.min(most, MOST_PROFILED));
    long[] nanos = new long[calls.size()];
    long[][] times = new long[calls.size()][steps];
    for (int i = 0; i < steps; i++) {
      Arrays.fill(nanos, 0);
      step(p -> p.run(nanos));
      for (int c = 0; c < nanos.length; c++) {
        times[c][i] = nanos[c];
      }
    }
    double[] medians = Arrays.stream(times).mapToDouble(t -> {
      Arrays.sort(t);
      return t[steps / 2];
    }).toArray();
    return Optional.of(StepProfile.of(stepMs, calls, medians, backend.ceilings()));
  }

  private void step(Consumer<Program> run) {
    feed.write(program, batches.get((int) (step % batches.size())));
    step++;
    feed.random(program, step);
    feed.scalars(program, step, rate);
    run.accept(program);
  }

  private Result result(double[] ms) {
    double[] sorted = ms.clone();
    Arrays.sort(sorted);
    double median = sorted[sorted.length / 2];
    long bytes = program.plannedBytes() + variables.buffers().values().stream().mapToLong(b -> b.type().bytes()).sum();
    return new Result(ms.length, median, sorted[sorted.length / 10], sorted[sorted.length * 9 / 10], batchSize * 1000 / median, bytes, loss);
  }

  @Override
  public void close() {
    program.close();
  }
}
