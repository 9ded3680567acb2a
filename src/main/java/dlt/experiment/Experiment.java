package dlt.experiment;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Key;
import dlt.data.Data;
import dlt.loss.LossTerm;
import dlt.metric.Metric;
import dlt.optim.Lbfgs;
import dlt.optim.Optimizer;
import dlt.optim.Phase;
import java.util.List;
import java.util.regex.Pattern;

@Doc("One experiment: data, model, loss, optimizer and how to train.")
public record Experiment(
    @Doc("What the run's folder and the exported model are called.") @Default("experiment") String name,
    @Doc("Where all random numbers come from.") @Default("0") long seed,
    @Doc("The data.") Data data,
    @Doc("The model.") Model model,
    @Doc("What is minimised; of a list, the weighted sum.") List<LossTerm> loss,
    @Doc("How the parameters are updated.") Optimizer optimizer,
    @Doc("How the learning rate changes, one after the other.") @Default("[]") List<Phase> schedule,
    @Doc("Batches, epochs and where to compute.") @Default("{}") Training training,
    @Doc("Which epoch's weights are kept.") @Default("{}") Select select,
    @Doc("What is measured on validation and test data besides the loss.") @Default("[]") List<Metric> metrics,
    @Doc("What is written for use elsewhere.") @Default("{}") Export export,
    @Doc("Conditions such as `test.accuracy >= 0.95`; one that fails makes the command exit 5.") @Key("assert") @Default("[]")
        List<Assertion> assertions) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

  public Experiment {
    if (!NAME.matcher(name).matches()) {
      throw new Invalid("name", "'" + name + "'", "letters, digits, dots, dashes and underscores: it names a folder");
    }
    if (loss.isEmpty()) {
      throw new Invalid("loss", "no loss", "at least one");
    }
    if (optimizer instanceof Lbfgs && training.accumulate() > 1) {
      throw new Invalid("training", "accumulate: " + training.accumulate() + " with lbfgs, which asks for the loss of one batch again and again",
          "batch_size: all, or another optimizer");
    }
  }
}
