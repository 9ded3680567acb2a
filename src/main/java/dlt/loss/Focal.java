package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Cross entropy with the factor (1 - probability of the right answer)^gamma: easy samples count less.")
public record Focal(
    @Doc("sigmoid: answers 0 or 1 for each output; softmax: class indices for outputs [N, C, ...].")
        @Default("sigmoid") Activation activation,
    @Doc("How much less easy samples count; 0: not less.") @Range(min = 0) @Default("2") double gamma,
    @Doc("With sigmoid, the factor of the answer 1; that of 0 is 1 - alpha. Negative: none.")
        @Range(max = 1) @Default("0.25") double alpha,
    @Doc("With softmax, a factor for each class, or `balanced`: N / (C * count) over the training part.")
        Optional<ClassWeights> classWeights,
    @Doc("A class index that does not count.") @Default("-100") long ignoreIndex,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  public Focal {
    Terms.only(activation, Activation.SIGMOID, Activation.SOFTMAX);
    if (classWeights.isPresent() && activation == Activation.SIGMOID) {
      throw new Invalid("classWeights", "class weights with sigmoid", "alpha, or `activation: softmax`");
    }
  }

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    if (activation == Activation.SIGMOID) {
      return Optional.of(Target.Numbers.probabilities(Targets.one(this, predictions)));
    }
    Shape x = ClassTerms.logits(this, predictions);
    return Optional.of(new Target.ClassIndices(x.without(1), x.dim(1), ignoreIndex));
  }

  @Override
  public boolean needsClassCounts() {
    return classWeights.isPresent() && classWeights.get().unsettled();
  }

  @Override
  public Focal withClassCounts(List<Long> counts) {
    return new Focal(activation, gamma, alpha, ClassWeights.settled(classWeights, counts), ignoreIndex, reduction);
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    if (activation == Activation.SIGMOID) {
      Value no = g.sub(1, t);
      Value p = g.sigmoid(x);
      Value wrong = g.add(g.mul(g.sub(1, p), t), g.mul(p, no));
      Value loss = g.mul(Terms.binaryCrossEntropy(g, x, t), focus(g, wrong));
      return reduction.apply(g, alpha < 0 ? loss : g.mul(loss, g.add(g.mul(t, alpha), g.mul(no, 1 - alpha))));
    }
    Value log = g.logSoftmax(x, 1);
    ClassTerms terms = ClassTerms.of(g, log, t, ignoreIndex, ClassTerms.weights(g, this, classWeights, log.shape()));
    Value loss = g.mul(terms.nll(g), focus(g, g.sub(1, g.exp(terms.right()))));
    return reduction == Reduction.MEAN ? g.div(g.sum(loss), g.sum(terms.counted())) : reduction.apply(g, loss);
  }

  /// `wrong^gamma`, whose gradient is finite at 0.
  private Value focus(Emit g, Value wrong) {
    if (gamma == 0) {
      return g.scalar(1);
    }
    return gamma == 2 ? g.square(wrong) : g.pow(gamma < 1 ? g.max(wrong, 1e-6) : wrong, gamma);
  }
}
