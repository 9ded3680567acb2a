package dlt.train;

import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.experiment.Assembly;
import dlt.optim.Minimizer;
import dlt.tensor.HostTensor;
import java.util.Map;

/// The training program of a batch that has been fed, as a function of the parameters.
record Closure(Program program, Map<String, Buffer> variables) implements Minimizer.Model {
  @Override
  public double run() {
    program.run();
    return program.output(Assembly.LOSS).at(0);
  }

  @Override
  public double[] read(String variable) {
    return variables.get(variable).read().toDoubles();
  }

  @Override
  public void write(String variable, double[] values) {
    variables.get(variable).write(HostTensor.ofDoubles(variables.get(variable).type().shape(), values));
  }
}
