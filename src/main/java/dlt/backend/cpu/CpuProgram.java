package dlt.backend.cpu;

import dlt.backend.Buffer;
import dlt.backend.KernelCall;
import dlt.backend.Program;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A list of steps over buffers that they are bound to.
final class CpuProgram implements Program {
  private final Map<String, CpuBuffer> inputs;
  private final Map<String, CpuBuffer> outputs;
  private final Step[] steps;
  /// Runs all steps.
  private final Runnable whole;
  private final List<Labelled> labelled;
  private final long plannedBytes;
  private final Arena arena;

  /// `little` is the work of a program that the calling thread does alone.
  CpuProgram(
      Map<String, CpuBuffer> inputs, Map<String, CpuBuffer> outputs, List<Labelled> labelled, boolean little, Workers workers, long plannedBytes, Arena arena) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.steps = labelled.stream().map(Labelled::step).toArray(Step[]::new);
    this.labelled = List.copyOf(labelled);
    this.whole = little ? () -> workers.alone(this::each) : this::each;
    this.plannedBytes = plannedBytes;
    this.arena = arena;
  }

  @Override
  public Set<String> inputs() {
    return inputs.keySet();
  }

  @Override
  public Buffer input(String name) {
    return Program.named(inputs, "input", name);
  }

  @Override
  public Buffer output(String name) {
    return Program.named(outputs, "output", name);
  }

  @Override
  public void run() {
    whole.run();
  }

  private void each() {
    for (Step step : steps) {
      step.run();
    }
  }

  @Override
  public List<KernelCall> calls() {
    return Reuse.calls(labelled);
  }

  @Override
  public void run(long[] nanos) {
    for (int i = 0; i < steps.length; i++) {
      long begin = System.nanoTime();
      steps[i].run();
      nanos[i] += System.nanoTime() - begin;
    }
  }

  @Override
  public long plannedBytes() {
    return plannedBytes;
  }

  @Override
  public void close() {
    arena.close();
  }
}
