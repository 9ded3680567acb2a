package dlt.train;

import dlt.error.Failure;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// Where a training stands, besides the variables: what a checkpoint's metadata holds, so that going on from it is the same
/// as never having stopped. Nothing in it depends on the clock.
///
/// `epoch` counts from 1 and is the one that goes on at its batch number `batch`; `step` counts all updates so far; `lossSum`
/// is that of the epoch's samples so far, `groupLoss` the mean that the samples since the last update will have come to.
/// `averaged` counts the weights in the average. `bestEpoch` is 0 while there is none; `stale` counts the epochs since
/// `staleSince` was reached, the last value that was better than such a one by more than `min_delta`.
record TrainingState(
    int epoch, int batch, long step, double lossSum, long samples, double groupLoss, long averaged, int bestEpoch, double bestValue,
    double staleSince, int stale, long logLines, Map<String, Double> rate) {
  private static final String RATE = "rate.";

  static final TrainingState START = new TrainingState(1, 0, 0, 0, 0, 0, 0, 0, Double.NaN, Double.NaN, 0, 0, Map.of());

  /// After one more batch of so many samples, whose loss is still to come.
  TrainingState afterBatch(int samples) {
    return new TrainingState(epoch, batch + 1, step, lossSum, this.samples + samples, groupLoss, averaged, bestEpoch, bestValue, staleSince, stale, logLines,
        rate);
  }

  /// With the loss of a batch, summed over its samples.
  TrainingState withLoss(double sum, double groupLoss) {
    return new TrainingState(epoch, batch, step, lossSum + sum, samples, groupLoss, averaged, bestEpoch, bestValue, staleSince, stale, logLines, rate);
  }

  /// After an update, with so many weights in the average.
  TrainingState afterUpdate(long averaged) {
    return new TrainingState(epoch, batch, step + 1, lossSum, samples, groupLoss, averaged, bestEpoch, bestValue, staleSince, stale, logLines, rate);
  }

  /// With the selection as it is after the validation of an epoch.
  TrainingState selected(int bestEpoch, double bestValue, double staleSince, int stale) {
    return new TrainingState(epoch, batch, step, lossSum, samples, groupLoss, averaged, bestEpoch, bestValue, staleSince, stale, logLines, rate);
  }

  /// At the beginning of the next epoch.
  TrainingState nextEpoch() {
    return new TrainingState(epoch + 1, 0, step, 0, 0, 0, averaged, bestEpoch, bestValue, staleSince, stale, logLines, rate);
  }

  /// With so many lines logged and this state of the learning rate.
  TrainingState saved(long logLines, Map<String, Double> rate) {
    return new TrainingState(epoch, batch, step, lossSum, samples, groupLoss, averaged, bestEpoch, bestValue, staleSince, stale, logLines, rate);
  }

  Map<String, String> metadata() {
    Map<String, String> m = new LinkedHashMap<>();
    m.put("epoch", Integer.toString(epoch));
    m.put("batch", Integer.toString(batch));
    m.put("step", Long.toString(step));
    m.put("loss_sum", Double.toString(lossSum));
    m.put("samples", Long.toString(samples));
    m.put("group_loss", Double.toString(groupLoss));
    m.put("averaged", Long.toString(averaged));
    m.put("best_epoch", Integer.toString(bestEpoch));
    m.put("best_value", Double.toString(bestValue));
    m.put("stale_since", Double.toString(staleSince));
    m.put("stale_epochs", Integer.toString(stale));
    m.put("log_lines", Long.toString(logLines));
    rate.forEach((k, v) -> m.put(RATE + k, Double.toString(v)));
    return m;
  }

  /// The state that [#metadata] wrote. Throws a [Failure] of kind DATA that names `file` where it is something else.
  static TrainingState of(Path file, Map<String, String> m) {
    try {
      Map<String, Double> rate = new LinkedHashMap<>();
      m.forEach((k, v) -> {
        if (k.startsWith(RATE)) {
          rate.put(k.substring(RATE.length()), Double.valueOf(v));
        }
      });
      return new TrainingState(Integer.parseInt(m.get("epoch")), Integer.parseInt(m.get("batch")), Long.parseLong(m.get("step")),
          Double.parseDouble(m.get("loss_sum")), Long.parseLong(m.get("samples")),
          Double.parseDouble(m.get("group_loss")), Long.parseLong(m.get("averaged")), Integer.parseInt(m.get("best_epoch")),
          Double.parseDouble(m.get("best_value")), Double.parseDouble(m.getOrDefault("stale_since", m.get("best_value"))),
          Integer.parseInt(m.get("stale_epochs")), Long.parseLong(m.get("log_lines")), rate);
    } catch (NumberFormatException | NullPointerException e) {
      throw new Failure(Failure.Kind.DATA, file + ": no checkpoint of a training; start anew in another folder with --out", e);
    }
  }
}
