package dlt.data;

import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the reader of a source wants: which kind of target (`named` where targets differ), and the schema of the training
/// data where a model exists already, whose columns, categories and classes then hold. `keys` names the columns or arrays
/// that [Dataset#key] is to give: what the samples are divided by. They are no inputs unless the source lists them as such.
public record Wanted(TargetKind targets, Map<String, TargetKind> named, Optional<Schema> schema, Set<String> keys) {
  public Wanted {
    named = Map.copyOf(named);
    keys = Set.copyOf(keys);
  }

  public Wanted(TargetKind targets, Map<String, TargetKind> named, Optional<Schema> schema) {
    this(targets, named, schema, Set.of());
  }

  public static Wanted of(TargetKind targets) {
    return new Wanted(targets, Map.of(), Optional.empty());
  }

  /// The same for data that must fit a model that was trained on data of `schema`.
  public Wanted like(Schema schema) {
    return new Wanted(targets, named, Optional.of(schema), keys);
  }

  /// The same with other [#keys].
  public Wanted keyed(Set<String> keys) {
    return new Wanted(targets, named, schema, keys);
  }

  /// The kind of the target `name`.
  public TargetKind kind(String name) {
    return targets == TargetKind.NONE ? targets : named.getOrDefault(name, targets);
  }

  /// Whether each of these target columns is a target of its own; else they are one target together.
  boolean separate(List<String> columns) {
    return columns.stream().anyMatch(c -> named.containsKey(c) || kind(c) == TargetKind.CLASSES);
  }

  /// `dataset` where its samples are as the schema says. Throws Failure(DATA) elsewhere; `name` is the data's in messages.
  Dataset checked(Dataset dataset, String name) {
    if (schema.isEmpty()) {
      return dataset;
    }
    List<Field> expected = schema.get().inputs();
    List<Field> found = dataset.inputs();
    if (found.size() != expected.size()) {
      throw new Failure(
          Failure.Kind.DATA, name + ": gives " + found.size() + " inputs a sample, the training data gave " + expected.size());
    }
    for (int i = 0; i < found.size(); i++) {
      TensorType type = expected.get(i).type();
      boolean index = type.dtype() == DType.INT64 && found.get(i).type().equals(TensorType.float32(type.shape()));
      if (!index && !found.get(i).type().equals(type)) {
        throw new Failure(
            Failure.Kind.DATA,
            name + ": input '" + found.get(i).name() + "' is " + found.get(i).type() + " a sample, that of the training data "
                + expected.get(i).type());
      }
    }
    checkTargets(dataset.targets(), name);
    return Indexed.of(dataset, expected);
  }

  private void checkTargets(List<Field> found, String name) {
    List<Field> expected = schema.orElseThrow().targets();
    if (targets == TargetKind.NONE || expected.isEmpty()) {
      return;
    }
    if (found.size() != expected.size()) {
      throw new Failure(Failure.Kind.DATA, name + ": gives " + found.size() + " targets a sample, the training data gave " + expected.size());
    }
    for (int i = 0; i < found.size(); i++) {
      if (!found.get(i).type().equals(expected.get(i).type())) {
        throw new Failure(Failure.Kind.DATA, name + ": target '" + found.get(i).name() + "' is " + found.get(i).type() + " a sample, that of the training data, '"
            + expected.get(i).name() + "', " + expected.get(i).type());
      }
    }
  }
}
