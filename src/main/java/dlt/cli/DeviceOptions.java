package dlt.cli;

import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.cuda.CudaBackend;
import dlt.backend.cuda.Precision;
import dlt.backend.cuda.driver.Driver;
import dlt.backend.reference.ReferenceBackend;
import dlt.error.Failure;
import dlt.error.OutOfMemory;
import dlt.experiment.Budget;
import dlt.experiment.Device;
import dlt.experiment.Training;
import dlt.experiment.Trainings;
import dlt.train.Causality;
import dlt.train.PlannedMemory;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
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
      case AUTO -> openUsable(training).orElseGet(() -> processor(training, threads));
      case CPU -> processor(training, threads);
      case CUDA -> cuda(GpuDriver.open(), training);
      case REFERENCE -> new ReferenceBackend();
    };
  }

  private static Backend processor(Training training, int threads) {
    return CpuBackend.open(threads, training.precision() == Training.Precision.STRICT);
  }

  private static Backend cuda(Driver driver, Training training) {
    return new CudaBackend(driver, driver.first(), precision(training));
  }

  /// What a GPU computes products in.
  static Precision precision(Training training) {
    return switch (training.precision()) {
      case FLOAT32, STRICT -> Precision.FLOAT32;
      case TF32 -> Precision.TF32;
      case BF16 -> Precision.BF16;
    };
  }

  /// The GPU, where there is one that can be used. A machine without a driver is the usual one, of which nothing is said; where there is
  /// one, its owner wants to know why it stays idle.
  private Optional<Backend> openUsable(Training training) {
    try {
      return GpuDriver.find().map(driver -> cuda(driver, training));
    } catch (Failure e) {
      takeProcessor(e);
      return Optional.empty();
    }
  }

  /// From now on, in place of the GPU; several trials of a sweep may ask at a time.
  private synchronized void takeProcessor(Failure reason) {
    if (!device.equals(Optional.of(Device.CPU))) {
      device = Optional.of(Device.CPU);
      new Output().say("dlt: auto takes the processor: " + reason.getMessage());
    }
  }

  /// Throws a [Failure] where the device that is named is missing: better now than after the data have been read.
  void require(Training training) {
    if (device.orElse(training.device()) == Device.CUDA) {
      GpuDriver.open().first();
    }
  }

  /// What `work` gives on the device. Where `auto` took a GPU whose memory does not suffice for it, it is done again on the processor.
  <T> T compute(Training training, Function<Backend, T> work) {
    return retried(training, () -> {
      try (Backend backend = open(training)) {
        return work.apply(backend);
      }
    });
  }

  /// What `work`, which opens devices itself, gives. Where `auto` took a GPU whose memory does not suffice for it, it is done again, and what
  /// is opened then is the processor.
  <T> T retried(Training training, Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemory e) {
      if (device.orElse(training.device()) != Device.AUTO) {
        throw e;
      }
      takeProcessor(e);
    }
    return work.get();
  }

  /// Throws a [dlt.config.ConfigException] where a model that is to write texts reads each word that it is to tell.
  void requireCausal(Trainings trainings) {
    if (Causality.concerns(trainings)) {
      try (Backend backend = processor(trainings.file().experiment().training(), threads())) {
        Causality.require(trainings.training(0), backend);
      }
    }
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
