package dlt.experiment;

import dlt.config.Invalid;
import dlt.config.Kinds;
import dlt.data.Augment;
import dlt.data.Field;
import dlt.loss.LossTerm;
import dlt.loss.Target;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/// What targets are in training where samples are mixed: class indices become probabilities of the classes, numbers stay
/// numbers. Masks of class indices are pasted, never mixed.
final class MixedTargets {
  private MixedTargets() {}

  /// The training target of a term whose predictions have these shapes [N, ...] and whose target is `field` in the data.
  /// Throws [Invalid], naming the step, where the loss cannot take what mixing makes of it.
  static Field of(List<Augment> steps, LossTerm term, List<Shape> predictions, Field field) {
    Field mixed = field;
    for (Augment step : steps.stream().filter(Augment::mixes).toList()) {
      mixed = of(step, term, predictions, field);
    }
    return mixed;
  }

  /// No target. Throws [Invalid] where samples are mixed for a loss that takes none.
  static Optional<Field> untargeted(List<Augment> steps, LossTerm term) {
    steps.stream().filter(Augment::mixes).findFirst().ifPresent(step -> {
      throw new Invalid("augment", Kinds.name(step.getClass()) + " beside " + Kinds.name(term.loss().getClass()) + ", which takes no target",
          "a loss with a target: what is mixed has a mixed target");
    });
    return Optional.empty();
  }

  private static Field of(Augment step, LossTerm term, List<Shape> predictions, Field field) {
    String name = Kinds.name(step.getClass());
    String loss = Kinds.name(term.loss().getClass());
    Target wanted = term.loss().target(predictions, field.type().dtype()).orElseThrow();
    boolean pasted = step instanceof Augment.Cutmix && field.type().shape().rank() > 1;
    return switch (wanted) {
      case Target.Signs _ -> throw new Invalid("augment", name + " beside " + loss + ", whose targets are 1 or -1", "a loss that takes numbers between two targets");
      case Target.LabelSequences _ -> throw new Invalid("augment", name + " beside " + loss + ", whose targets are labels in their order", "a loss that takes numbers between two targets");
      case Target.Numbers _ -> field;
      case Target.ClassIndices _ when pasted -> field;
      case Target.ClassIndices c when field.type().shape().size() > 1 ->
          throw new Invalid("augment", name + " of class indices " + field.type().shape(), "one class a sample; masks of classes go with cutmix");
      case Target.ClassIndices c -> {
        if (term.loss().target(predictions, DType.FLOAT32).orElseThrow().dtype() != DType.FLOAT32) {
          throw new Invalid("augment", name + " beside " + loss + ", which takes class indices alone", "cross_entropy, which takes their probabilities");
        }
        yield new Field(field.name(), TensorType.float32(Shape.of(c.classes())), field.classes(), field.columns());
      }
    };
  }
}
