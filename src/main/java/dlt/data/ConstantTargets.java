package dlt.data;

import dlt.data.Finding.Rule;
import dlt.data.Finding.Severity;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Targets that are the same in all training samples: a model of them learns to say one thing, and its figures look splendid.
final class ConstantTargets {
  private ConstantTargets() {}

  /// One for each such target, in the first training that has one. Samples that are composed of others (pairs) are not looked at. Throws Failure(DATA) where a
  /// sample cannot be read.
  static List<Finding> findings(Division division) {
    return division.trainings().stream().map(parts -> of(parts.train())).filter(f -> !f.isEmpty()).findFirst().orElse(List.of());
  }

  private static List<Finding> of(Part train) {
    List<Finding> r = new ArrayList<>();
    if (train.size() > 1 && !(train.dataset() instanceof Composed)) {
      for (int i = 0; i < train.dataset().targets().size(); i++) {
        finding(train, i).ifPresent(r::add);
      }
    }
    return r;
  }

  private static Optional<Finding> finding(Part train, int target) {
    Field field = train.dataset().targets().get(target);
    HostTensor first = HostTensor.allocate(field.type());
    train.dataset().read(train.samples()[0], true, target, first.data());
    List<Integer> constant = constant(train, target, first);
    if (constant.isEmpty()) {
      return Optional.empty();
    }
    String all = " in all " + train.size() + " training samples";
    String advice = "look at the data, or divide them otherwise (split.stratify; a group or time may keep all else on the other side)";
    if (several(field)) {
      String columns = Names.list(constant.stream().map(c -> "'" + field.columns().get(c).name() + "' is " + number(first.at(c))).toList());
      return Optional.of(finding(field.name(), "of the targets, " + columns + all + ": nothing about " + (constant.size() == 1 ? "it" : "them") + " can be learned", advice));
    }
    String name = "target '" + field.name() + "'";
    if (field.type().dtype() == DType.INT64 || !field.classes().isEmpty()) {
      int c = (int) first.at(0);
      String named = c >= 0 && c < field.classes().size() ? "'" + field.classes().get(c) + "'" : Integer.toString(c);
      return Optional.of(finding(field.name(), name + (first.size() == 1 ? " is of the class " + named : " is the same") + all + ": the model can learn to say that alone",
          field.classes().size() == 1 ? "the data have no other class: look whether some are missing" : advice));
    }
    return Optional.of(finding(field.name(), name + " is " + (first.size() == 1 ? number(first.at(0)) : "the same") + all + ": the model can learn to say that alone", advice));
  }

  private static Finding finding(String place, String what, String advice) {
    return new Finding(Severity.WARNING, Rule.CONSTANT_TARGET, place, what, advice);
  }

  /// Whether its numbers are targets of their own, with names.
  private static boolean several(Field field) {
    return field.columns().size() > 1 && field.columns().size() == field.type().shape().size();
  }

  /// The numbers of the target that are as in the first sample in all others; of an array they count only where they are all of them.
  private static List<Integer> constant(Part train, int target, HostTensor first) {
    boolean several = several(train.dataset().targets().get(target));
    List<Integer> r = new ArrayList<>(IntStream.range(0, Math.toIntExact(first.size())).boxed().toList());
    HostTensor y = HostTensor.allocate(first.type());
    for (int i = 1; i < train.size() && !r.isEmpty(); i++) {
      train.dataset().read(train.samples()[i], true, target, y.data());
      if (r.removeIf(c -> y.at(c) != first.at(c)) && !several) {
        return List.of();
      }
    }
    return r;
  }

  private static String number(double v) {
    return v == Math.rint(v) && Math.abs(v) < 1e9 ? Long.toString((long) v) : Float.toString((float) v);
  }
}
