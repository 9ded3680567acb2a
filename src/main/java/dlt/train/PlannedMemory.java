package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.config.ConfigException;
import dlt.config.Diagnostic;
import dlt.data.Batches;
import dlt.data.Parts;
import dlt.data.Room;
import dlt.error.Failure;
import dlt.error.OutOfMemory;
import dlt.experiment.Assembly;
import dlt.experiment.Budget;
import dlt.experiment.Bytes;
import dlt.experiment.Prepared;
import dlt.experiment.Training;
import dlt.graph.Graph;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntToLongFunction;

/// The memory that training steps take by plan: weights, optimizer state, activations, gradients and workspaces.
public final class PlannedMemory {
  /// Less is always there.
  private static final long MUCH = 256L << 20;

  private final Assembly assembly;
  private final Backend backend;
  private Variables variables;

  /// Of the training of `assembly` on `backend`. Where that has to compile programs to tell, it has memory for the variables from
  /// the first question on.
  public PlannedMemory(Assembly assembly, Backend backend) {
    this.assembly = assembly;
    this.backend = backend;
  }

  /// The bytes in batches of `batch` samples.
  public long bytes(int batch) {
    Graph graph = assembly.experiment().training().accumulate() > 1 ? assembly.accumulation(batch) : assembly.training(batch);
    return variableBytes() + backend.planned(graph).orElseGet(() -> compiled(graph));
  }

  private long compiled(Graph graph) {
    if (variables == null) {
      variables = Variables.unset(backend, assembly);
    }
    try (Program program = backend.compile(graph, variables.buffers())) {
      return program.plannedBytes();
    }
  }

  private long weightBytes() {
    return assembly.weightTypes().values().stream().mapToLong(TensorType::bytes).sum();
  }

  private long variableBytes() {
    return weightBytes() + assembly.optimizerStates().values().stream().mapToLong(s -> s.type().bytes()).sum();
  }

  /// Throws an [OutOfMemory] that names a batch size that fits where the device's memory does not suffice for all that a training of
  /// `prepared` keeps there. Of a device that computes in the host's memory only so much is asked as the parameters need: the system
  /// would end the process without a word.
  static void requireFits(Prepared prepared, Backend backend) {
    OptionalLong free = backend.free();
    PlannedMemory planned = new PlannedMemory(prepared.assembly(), backend);
    if (free.isEmpty()) {
      planned.requireRoom();
      return;
    }
    int batch = prepared.batchSize();
    long needed = planned.kept(prepared.parts(), batch);
    if (needed > free.getAsLong()) {
      int fits = largestBatch(n -> planned.kept(prepared.parts(), n), free.getAsLong(), batch);
      throw new OutOfMemory(backend.description(), needed, free.getAsLong()).ofBatches(batch, fits == 0 ? OptionalInt.empty() : OptionalInt.of(fits));
    }
  }

  private void requireRoom() {
    long gradients = assembly.experiment().training().epochs() == 0 ? 0 : assembly.trained().keySet().stream().mapToLong(name -> assembly.weightTypes().get(name).bytes()).sum();
    long needed = variableBytes() + weightBytes() + gradients; // the weights once more: the selected ones
    if (needed > MUCH && needed > Room.left()) {
      throw new Failure(Failure.Kind.DEVICE, backend.description() + ": out of memory: the weights, their gradients, the optimizer's state and the selected weights take "
          + Bytes.shown(needed) + ", " + Bytes.shown(Room.left()) + " are free; take a smaller model, or end what else uses the memory");
    }
  }

  /// The bytes of everything that a training in batches of `batch` keeps at a time: the variables, the weights once more for the export,
  /// and the programs of all sizes of batches in training, in evaluation and in the export's verification.
  private long kept(Parts parts, int batch) {
    Training training = assembly.experiment().training();
    List<Graph> graphs = new ArrayList<>();
    if (training.epochs() > 0) {
      for (int n : Batches.sizes(parts.train().size(), batch)) {
        graphs.add(training.accumulate() > 1 ? assembly.accumulation(n) : assembly.training(n));
        if (training.average().filter(a -> !a.useBuffers()).isPresent()) {
          assembly.statistics(n).ifPresent(graphs::add);
        }
      }
      if (training.accumulate() > 1) {
        graphs.add(assembly.update());
      }
      training.average().ifPresent(_ -> graphs.add(assembly.averaging()));
    }
    parts.heldOut().stream().flatMap(p -> Batches.sizes(p.size(), batch).stream()).distinct()
        .forEach(n -> graphs.add(assembly.evaluation(n)));
    int verified = Math.min(Exporter.SAMPLES, parts.verified().size());
    Batches.sizes(verified, Exporter.BATCH).forEach(n -> graphs.add(assembly.inference(n, true)));
    return variableBytes() + weightBytes() + graphs.stream().mapToLong(g -> backend.planned(g).orElse(0)).sum();
  }

  /// The most samples, fewer than `batch`, that fit into `bytes`; 0 where not even the smallest batch that the model can be
  /// trained with does.
  int largestBatch(long bytes, int batch) {
    return largestBatch(this::bytes, bytes, batch);
  }

  private static int largestBatch(IntToLongFunction needs, long bytes, int batch) {
    int fits = 0;
    int low = 0;
    int tooMany = batch;
    while (tooMany - low > 1) {
      int middle = low + (tooMany - low) / 2;
      try {
        if (needs.applyAsLong(middle) > bytes) {
          tooMany = middle;
          continue;
        }
        fits = middle;
      } catch (ConfigException e) {
        // too few for a batch norm, and so are fewer
      }
      low = middle;
    }
    return fits;
  }

  /// Whether `prepared` needs more than its `training.budget.memory`.
  public static boolean overBudget(Prepared prepared, Backend backend) {
    return excess(prepared, backend).isPresent();
  }

  /// Throws a [ConfigException] that says what would fit where `prepared` needs more than its `training.budget.memory`.
  public static void requireWithinBudget(Prepared prepared, Backend backend) {
    excess(prepared, backend).ifPresent(e -> {
      throw new ConfigException(List.of(e));
    });
  }

  private static Optional<Diagnostic> excess(Prepared prepared, Backend backend) {
    Budget budget = prepared.file().experiment().training().budget().orElse(null);
    if (budget == null || budget.memory().isEmpty() || prepared.epochs() == 0) {
      return Optional.empty();
    }
    PlannedMemory planned = new PlannedMemory(prepared.assembly(), backend);
    int batch = prepared.batchSize();
    long limit = budget.memory().get().count();
    long needed = planned.bytes(batch);
    if (needed <= limit) {
      return Optional.empty();
    }
    int fits = planned.largestBatch(limit, batch);
    return Optional.of(new Diagnostic(prepared.file().bound().at(budget, "memory"),
        "training in batches of " + batch + " takes " + Bytes.shown(needed) + " (" + needed + " bytes), the budget is " + Bytes.shown(limit) + " ("
            + limit + " bytes)",
        fits == 0 ? "not even the smallest batch fits: take a smaller model or smaller inputs, or raise the budget"
            : "training.batch_size: " + fits + " is the largest that fits" + (fits > 1 ? "; training.accumulate makes up for smaller batches" : "")));
  }
}
