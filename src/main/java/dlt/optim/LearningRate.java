package dlt.optim;

import dlt.config.Invalid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// The learning rate of a training: a pure function of the step, but for `reduce_on_plateau`, whose memory goes into checkpoints.
public final class LearningRate implements Rate {
  /// A phase with its place: its first step is `start + 1`; both are counted in steps.
  private record Placed(Phase phase, long start, long length) {}

  private final List<Placed> phases = new ArrayList<>();
  private final long stepsPerEpoch;
  private final Optional<ReduceOnPlateau> plateau;
  private ReduceOnPlateau.Memory memory;

  /// The rate under `phases` (none: constant) in a training of `epochs` epochs (0: nothing is trained) of
  /// `stepsPerEpoch` steps. The training may end within a phase. Throws [Invalid] where a phase begins only after it, or has no
  /// length and is not the last.
  public LearningRate(List<Phase> phases, long stepsPerEpoch, int epochs) {
    this.stepsPerEpoch = stepsPerEpoch;
    long total = stepsPerEpoch * epochs;
    long start = 0;
    for (int i = 0; i < phases.size(); i++) {
      Phase phase = phases.get(i);
      Optional<Long> given = phase.steps().map(Integer::longValue)
          .or(() -> phase.epochs().map(e -> Math.max(1, Math.round(e * stepsPerEpoch))));
      if (given.isEmpty() && i < phases.size() - 1) {
        throw new Invalid("schedule", "no length of phase " + (i + 1), "`epochs` or `steps` for all phases but the last");
      }
      long length = given.orElse(total - start);
      if (epochs > 0 && start >= total) {
        throw new Invalid("schedule", "phase " + (i + 1) + ", which would begin after " + start + " steps",
            "phases that begin within the training's " + total + " (" + epochs + " epochs of " + stepsPerEpoch + ")");
      }
      this.phases.add(new Placed(phase, start, length));
      start += length;
    }
    List<ReduceOnPlateau> plateaus = new ArrayList<>();
    for (Phase phase : phases) {
      if (phase.schedule() instanceof ReduceOnPlateau p) {
        plateaus.add(p);
      }
    }
    if (plateaus.size() > 1) {
      throw new Invalid("schedule", plateaus.size() + " phases of reduce_on_plateau", "one");
    }
    plateau = plateaus.stream().findFirst();
    memory = plateau.map(ReduceOnPlateau::start).orElse(null);
  }

  @Override
  public double at(long step, double base) {
    return phases.isEmpty() ? base : placed(step).phase.schedule().lr(base, time(step));
  }

  @Override
  public OptionalDouble momentum(long step) {
    return phases.isEmpty() ? OptionalDouble.empty() : placed(step).phase.schedule().momentum(time(step));
  }

  /// The metric of the validation that [#epochEnded] has to be told, if any.
  public Optional<String> metric() {
    return plateau.map(ReduceOnPlateau::metric);
  }

  /// Tells what the validation came to after `step`, the last of an epoch.
  public void epochEnded(long step, double value) {
    if (!phases.isEmpty() && placed(step).phase.schedule() instanceof ReduceOnPlateau p) {
      memory = p.after(memory, value);
    }
  }

  /// What [#restore] needs; empty where the rate depends on the step alone. All numbers are finite.
  public Map<String, Double> state() {
    Map<String, Double> r = new LinkedHashMap<>();
    if (plateau.isPresent()) {
      if (Double.isFinite(memory.best())) {
        r.put("best", memory.best());
      }
      r.put("bad", (double) memory.bad());
      r.put("cooling", (double) memory.cooling());
      r.put("reductions", (double) memory.reductions());
    }
    return r;
  }

  /// Goes on from a [#state] of the same schedule.
  public void restore(Map<String, Double> state) {
    if (plateau.isPresent() && !state.isEmpty()) {
      memory = new ReduceOnPlateau.Memory(state.getOrDefault("best", plateau.get().start().best()), state.get("bad").intValue(),
          state.get("cooling").intValue(), state.get("reductions").intValue());
    }
  }

  private Placed placed(long step) {
    int i = phases.size() - 1;
    while (i > 0 && step - 1 < phases.get(i).start) {
      i--;
    }
    return phases.get(i);
  }

  private Time time(long step) {
    Placed p = placed(step);
    double unit = switch (p.phase.counted()) {
      case EPOCHS -> stepsPerEpoch;
      case STEPS -> 1;
    };
    return new Time((step - 1 - p.start) / unit, p.length / unit, 1 / unit, memory == null ? 0 : memory.reductions());
  }
}
