package dlt.optim;

import dlt.op.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One kind of optimizer: the record's components are its arguments in the file, with PyTorch's names and defaults. Adding one is
/// its file and its line here. What it does to one parameter is a subgraph; what depends on the number of the step alone is
/// computed on the host in double and fed in as scalars.
public sealed interface Optimizer
    permits Sgd, Adam, AdamW, Adamax, NAdam, RAdam, RmsProp, Rprop, Asgd, Adagrad, Adadelta, Adafactor, Muon, SparseAdam,
        Lbfgs {
  /// The learning rate that the schedule starts from.
  double lr();

  /// Parameters with settings of their own.
  List<Group> groups();

  /// Emits the update of one parameter by its gradient, both of one shape.
  void emit(OptimScope scope, Value parameter, Value gradient);

  /// The scalars that [#emit] asks for, at `step` (1 for the first) and the learning rate of this step.
  Map<String, Double> scalars(long step, double lr);

  /// These settings with another momentum (the first of `betas` where there are such); empty where it has none.
  default Optional<Optimizer> withMomentum(double momentum) {
    return Optional.empty();
  }

  /// The settings of the parameters of `group`: its own in place of the optimizer's. Throws [dlt.config.Invalid] where this optimizer has no
  /// such setting or does not take it.
  default Optimizer in(Group group) {
    return Settings.with(this, group.settings());
  }
}
