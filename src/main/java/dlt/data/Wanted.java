package dlt.data;

import java.util.Map;
import java.util.Optional;

/// What the reader of a source wants: which kind of target (`named` where targets differ), and the schema of the training
/// data where a model exists already, whose columns, categories and classes then hold.
public record Wanted(TargetKind targets, Map<String, TargetKind> named, Optional<Schema> schema) {
  public Wanted {
    named = Map.copyOf(named);
  }

  public static Wanted of(TargetKind targets) {
    return new Wanted(targets, Map.of(), Optional.empty());
  }

  /// The same for data that must fit a model that was trained on data of `schema`.
  public Wanted like(Schema schema) {
    return new Wanted(targets, named, Optional.of(schema));
  }

  /// The kind of the target `name`.
  public TargetKind kind(String name) {
    return targets == TargetKind.NONE ? targets : named.getOrDefault(name, targets);
  }
}
