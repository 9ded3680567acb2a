package dlt.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Steps that ask for the loss at several places, over the variables that [Lbfgs] declares. What it remembers lies in those
/// variables between steps, so that a checkpoint holds it.
public final class Minimizer {
  /// A model at its present parameters.
  public interface Model {
    /// Runs the training graph once and says the loss.
    double run();

    /// The values of a variable.
    double[] read(String variable);

    /// Replaces the values of a variable.
    void write(String variable, double[] values);
  }

  private final Lbfgs settings;
  private final SequencedMap<String, Integer> parameters = new LinkedHashMap<>();

  Minimizer(Lbfgs settings) {
    this.settings = settings;
  }

  /// Adds a parameter of `size` elements.
  void add(String parameter, int size) {
    parameters.put(parameter, size);
  }

  /// One step with `lr`: up to `max_iter` moves. Says the loss before it.
  public double step(Model model, double lr) {
    double[] x = all(model, "");
    QuasiNewton.Memory memory = new QuasiNewton.Memory(rows(model, Lbfgs.MOVES), rows(model, Lbfgs.CHANGES),
        all(model, Lbfgs.LAST_MOVE), all(model, Lbfgs.LAST_GRADIENT));
    double loss = new QuasiNewton(settings, lr, memory).step(x, (at, gradient) -> {
      write(model, "", at);
      double value = model.run();
      double[] g = all(model, Lbfgs.GRADIENT);
      System.arraycopy(g, 0, gradient, 0, g.length);
      return value;
    });
    write(model, "", x);
    write(model, Lbfgs.LAST_MOVE, memory.lastMove());
    write(model, Lbfgs.LAST_GRADIENT, memory.lastGradient());
    writeRows(model, Lbfgs.MOVES, memory.moves());
    writeRows(model, Lbfgs.CHANGES, memory.changes());
    return loss;
  }

  /// The variable of a parameter's state, or of the parameter itself where `state` is empty.
  private static String variable(String parameter, String state) {
    return state.isEmpty() ? parameter : ParameterUpdates.stateName(parameter, state);
  }

  private double[] all(Model model, String state) {
    return parameters.keySet().stream().flatMapToDouble(p -> Arrays.stream(model.read(variable(p, state)))).toArray();
  }

  private void write(Model model, String state, double[] values) {
    int from = 0;
    for (var p : parameters.entrySet()) {
      model.write(variable(p.getKey(), state), Arrays.copyOfRange(values, from, from + p.getValue()));
      from += p.getValue();
    }
  }

  /// The vectors that are remembered, one a row of each parameter's state; rows of zeros are not in use.
  private List<double[]> rows(Model model, String state) {
    List<double[]> values = parameters.keySet().stream().map(p -> model.read(variable(p, state))).toList();
    List<double[]> r = new ArrayList<>();
    for (int i = 0; i < settings.historySize(); i++) {
      int row = i;
      double[] vector = values.stream().flatMapToDouble(v -> {
        int size = v.length / settings.historySize();
        return Arrays.stream(v, row * size, (row + 1) * size);
      }).toArray();
      if (Arrays.stream(vector).allMatch(v -> v == 0)) {
        break;
      }
      r.add(vector);
    }
    return r;
  }

  private void writeRows(Model model, String state, List<double[]> rows) {
    int from = 0;
    for (var p : parameters.entrySet()) {
      int size = p.getValue();
      double[] values = new double[size * settings.historySize()];
      for (int i = 0; i < rows.size(); i++) {
        System.arraycopy(rows.get(i), from, values, i * size, size);
      }
      model.write(variable(p.getKey(), state), values);
      from += size;
    }
  }
}
