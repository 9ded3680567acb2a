package dlt.experiment;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.config.Shorthand;
import dlt.loss.ClassWeights;
import dlt.optim.Average;
import dlt.optim.GradientClip;
import dlt.optim.Swa;
import java.util.Optional;

@Doc("Batches, epochs and where to compute.")
public record Training(
    @Doc("Samples of one step, or `all`.") @Default("32") BatchSize batchSize,
    @Doc("Batches of one update: their gradients are averaged over all their samples, as of one larger batch. The last update of an "
            + "epoch takes what is left.")
        @Default("1") @Range(min = 1) int accumulate,
    @Doc("Passes over the training part; 0: the weights are measured and exported as they are.") @Default("10") @Range(min = 0) int epochs,
    @Doc("Whether the samples are shuffled in each epoch.") @Default("true") boolean shuffle,
    @Doc("Draws the samples of each epoch anew, with replacement, in place of shuffling them: a sample's weight is the one of its class, `balanced` draws all classes "
            + "equally often.")
        Optional<ClassWeights> sampling,
    @Doc("Limits on the gradients before the update.") Optional<GradientClip> gradientClip,
    @Doc("An average of the weights, which is what is validated, selected and exported.") Optional<Average> average,
    @Doc("What the device computes in; tf32 and bf16 are for GPUs, the processor takes float32 in their place.") @Default("float32") Precision precision,
    @Doc("Where to compute; auto takes an NVIDIA GPU where there is one that can be used, else the processor.") @Default("auto") Device device,
    @Doc("Steps between two lines in metrics.jsonl.") @Default("50") @Range(min = 1) int logEvery,
    @Doc("Stops when the selected metric no longer improves.") Optional<EarlyStopping> earlyStopping,
    @Doc("What a training may take: it is refused beyond the memory, and ends when the minutes are used up.") Optional<Budget> budget) {
  public Training {
    if (sampling.isPresent() && !shuffle) {
      throw new Invalid("sampling", "sampling beside shuffle: false", "one of the two: samples that are drawn have no order");
    }
    if (epochs > 0 && average.isPresent() && average.get() instanceof Swa swa && swa.start() > epochs) {
      throw new Invalid("average", "swa from epoch " + swa.start() + " on", "a start within the training's " + epochs + " epochs");
    }
  }

  /// What a device computes in.
  public enum Precision {
    @Doc("32-bit floating point throughout.") FLOAT32,
    @Doc("The same, and convolutions by their definition: without Winograd's transforms, which are faster and round up to twice as much.") STRICT,
    @Doc("Products of matrices and convolutions on a GPU's tensor cores, from factors rounded to 10 bits, added up in 32-bit floating point; "
            + "on other devices as float32.") TF32,
    @Doc("The same from factors rounded to 7 bits (bfloat16); the weights stay 32-bit.") BF16
  }

  @Doc("Stops when the selected metric no longer improves.")
  @Shorthand
  public record EarlyStopping(
      @Doc("Epochs without an improvement before the stop.") @Range(min = 1) int patience,
      @Doc("What counts as an improvement.") @Default("0") @Range(min = 0) double minDelta) {}
}
