package dlt.train;

import dlt.backend.Backend;
import dlt.data.Part;
import dlt.experiment.Prepared;
import dlt.experiment.Trainings;
import java.util.Arrays;

/// How long a training will take: its steps, measured on made-up data, and the validation after each epoch, measured on some of
/// the real samples. Waiting for data that are read or changed too slowly is not in it.
public record PredictedTime(double stepMs, int steps, double validationMs, int epochs, int trainings) {
  private static final double MEASURED_SECONDS = 3;
  private static final int MEASURED_BATCHES = 8;

  /// For `trainings`, of which `first` is measured in batches of `batch`, in about 5 s.
  public static PredictedTime of(Trainings trainings, Prepared first, Backend backend, int batch) {
    double stepMs;
    try (StepBench bench = new StepBench(first, backend, batch)) {
      stepMs = bench.seconds(MEASURED_SECONDS).median();
    }
    double validationMs = first.parts().validation().map(v -> validationMs(first, backend, batch, v)).orElse(0.0);
    return new PredictedTime(stepMs, Math.ceilDiv(first.parts().train().size(), batch), validationMs, first.epochs(), trainings.withRefit());
  }

  private static double validationMs(Prepared prepared, Backend backend, int batch, Part validation) {
    Part some = new Part(validation.name(), validation.dataset(),
        Arrays.copyOf(validation.samples(), Math.min(validation.size(), (int) Math.min(Integer.MAX_VALUE, (long) batch * MEASURED_BATCHES))));
    try (Evaluator evaluator = new Evaluator(prepared.assembly(), backend, Variables.forInference(backend, prepared.assembly()), prepared.task(),
        prepared.metrics(), batch)) {
      evaluator.scores(some);
      long begin = System.nanoTime();
      evaluator.scores(some);
      return (System.nanoTime() - begin) * 1e-6 * validation.size() / some.size();
    }
  }

  /// Of all trainings to their last epochs.
  public double seconds() {
    return (double) trainings * epochs * (steps * stepMs + validationMs) / 1000;
  }
}
