package dlt.cli;

import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.reference.ReferenceBackend;
import dlt.error.Failure;
import dlt.experiment.Budget;
import dlt.experiment.Device;
import dlt.experiment.Training;
import dlt.experiment.Trainings;
import dlt.train.PlannedMemory;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Where to compute, and with how many threads.
final class DeviceOptions {
  @Option(names = "--device", paramLabel = "DEVICE", description = "Where to compute: ${COMPLETION-CANDIDATES}; the experiment's where left out.")
  Optional<Device> device = Optional.empty();

  @Option(names = "--threads", paramLabel = "N", description = "Threads of the cpu device; as many as processors where left out, and no more than these. Results do not depend on it.")
  Optional<Integer> threads = Optional.empty();

  int threads() {
    int n = threads.orElse(Runtime.getRuntime().availableProcessors());
    if (n < 1) {
      throw new Failure(Failure.Kind.USAGE, "--threads " + n + ": expected at least 1");
    }
    // more would wait for one another
    return Math.min(n, Runtime.getRuntime().availableProcessors());
  }

  /// The device that the command line, or else the experiment, names, with the experiment's precision.
  Backend open(Training training) {
    return open(training, threads());
  }

  /// The same with so many threads.
  Backend open(Training training, int threads) {
    return switch (device.orElse(training.device())) {
      case AUTO, CPU -> CpuBackend.open(threads, training.precision() == Training.Precision.STRICT);
      case REFERENCE -> new ReferenceBackend();
      case CUDA -> throw new Failure(Failure.Kind.DEVICE, "--device cuda: this version of dlt computes on the processor only; use --device cpu or auto");
    };
  }

  /// Throws a [dlt.config.ConfigException] where a step of the (first) training is planned to take more memory than its budget.
  void requireWithinBudget(Trainings trainings) {
    Training training = trainings.file().experiment().training();
    if (training.budget().flatMap(Budget::memory).isPresent()) {
      try (Backend backend = open(training)) {
        PlannedMemory.requireWithinBudget(trainings.training(0), backend);
      }
    }
  }
}
