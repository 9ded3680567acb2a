package dlt.experiment;

import dlt.config.ConfigException;
import dlt.data.Part;
import dlt.data.Targets;
import dlt.data.WeightedSampler;
import dlt.loss.ClassWeights;
import dlt.loss.LossTerm;
import dlt.loss.Target;
import java.util.List;
import java.util.Optional;

/// How the samples of an epoch are drawn where `training.sampling` gives their classes weights.
final class Sampling {
  private Sampling() {}

  /// The sampler of `part`, by the classes of the first loss's target; none where samples are not drawn. Throws [ConfigException]
  /// where the target is no class, or the weights are not those of its classes.
  static Optional<WeightedSampler> of(ExperimentFile file, Assembly assembly, Part part) {
    Training training = file.experiment().training();
    return training.sampling().map(weights -> of(file, training, assembly, part, weights));
  }

  private static WeightedSampler of(ExperimentFile file, Training training, Assembly assembly, Part part, ClassWeights asked) {
    LossTerm term = file.experiment().loss().getFirst();
    int classes = assembly.targetInput(term).isPresent() ? 0 : assembly.expected(term, 1).map(Sampling::classes).orElse(0);
    if (classes == 0) {
      throw new ConfigException(file.bound().at(training, "sampling"), "needs a class for each sample, which the target of the first loss is not", "leave it out");
    }
    int field = assembly.targetIndex(term);
    double[] numbers = Targets.numbers(part, field);
    List<Double> weights = asked.settled(TargetCounts.of(part).classes(field, classes)).weights();
    if (weights.size() != classes) {
      throw new ConfigException(file.bound().at(training, "sampling"), "found " + weights.size() + " weights, expected one for each of the " + classes + " classes", "");
    }
    double[] each = new double[numbers.length];
    double sum = 0;
    for (int i = 0; i < each.length; i++) {
      int c = (int) numbers[i];
      each[i] = c >= 0 && c < classes ? weights.get(c) : 0; // an ignored one
      sum += each[i];
    }
    if (sum == 0) {
      throw new ConfigException(file.bound().at(training, "sampling"), "every sample of the training part has the weight 0", "give a class that occurs a weight");
    }
    return new WeightedSampler(each);
  }

  /// How many classes a target of one sample has; 0 where it is no class.
  private static int classes(Target target) {
    return switch (target) {
      case Target.ClassIndices c when c.shape().size() == 1 -> c.classes();
      case Target.Numbers n when n.shape().size() == 1 && n.min() == 0 && n.max() == 1 -> 2;
      case Target.ClassIndices _, Target.Numbers _, Target.Signs _, Target.LabelSequences _ -> 0;
    };
  }
}
