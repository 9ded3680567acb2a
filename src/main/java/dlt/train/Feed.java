package dlt.train;

import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Field;
import dlt.data.Schema;
import dlt.experiment.Assembly;
import java.util.List;

/// Writes batches to the inputs of a program that reads them.
final class Feed {
  private final List<Field> inputs;
  private final List<Field> targets;

  Feed(Schema schema) {
    this.inputs = schema.inputs();
    this.targets = schema.targets();
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
}
