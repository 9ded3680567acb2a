package dlt.train;

import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Field;
import dlt.experiment.Assembly;
import dlt.optim.Rate;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.List;

/// Writes batches, and what else a step takes, to those inputs that a program reads.
final class Feed {
  private final Assembly assembly;
  private final List<Field> inputs;
  private final List<Field> targets;
  private final HostTensor rng = HostTensor.of(Shape.of(2), 0L, 0L);

  Feed(Assembly assembly) {
    this.assembly = assembly;
    this.inputs = assembly.schema().inputs();
    this.targets = assembly.schema().targets();
  }

  void write(Program program, Batch batch) {
    for (int i = 0; i < inputs.size(); i++) {
      String name = inputs.get(i).name();
      if (program.inputs().contains(name)) {
        program.input(name).write(batch.inputs().get(i));
      }
    }
    for (int i = 0; i < batch.targets().size(); i++) {
      String name = Assembly.target(targets.get(i).name());
      if (program.inputs().contains(name)) {
        program.input(name).write(batch.targets().get(i));
      }
    }
  }

  /// Where the random numbers of a training's batch number `batch` (1 for the first) come from.
  void random(Program program, long batch) {
    if (program.inputs().contains(Assembly.RNG)) {
      rng.setLong(0, assembly.experiment().seed());
      rng.setLong(1, batch);
      program.input(Assembly.RNG).write(rng);
    }
  }

  /// The scalars of update number `step` (1 for the first).
  void scalars(Program program, long step, Rate rate) {
    assembly.scalars(step, rate).forEach((name, value) -> {
      if (program.inputs().contains(name)) {
        program.input(name).set(0, value);
      }
    });
  }
}
