package dlt.experiment;

import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import java.util.Optional;

@Doc("What a training may take.")
public record Budget(
    @Doc("Memory of weights, optimizer state, activations, gradients and workspaces, as `dlt summary` plans it. A training that needs more is "
            + "refused before it begins. Java itself (about 120 MB) and data held in memory come on top.")
        Optional<Bytes> memory,
    @Doc("Minutes of training and validation, those before a resume included. When they are used up the training ends as after its last epoch, with "
            + "the best epoch so far. Of several trainings (folds, repeats, the refit) each has an equal share.")
        @Range(min = 0, minExclusive = true) Optional<Double> minutes) {
  public Budget {
    if (memory.isEmpty() && minutes.isEmpty()) {
      throw new Invalid("", "no limit", "memory, minutes or both, such as {memory: 4GiB, minutes: 30}");
    }
  }
}
