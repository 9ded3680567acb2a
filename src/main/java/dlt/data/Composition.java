package dlt.data;

import dlt.config.Kinds;
import dlt.error.Failure;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A source whose samples each consist of several samples of another source, after that was divided: no part sees a sample of
/// another. Training draws anew in each epoch, validation and test keep what they drew.
sealed interface Composition extends Source permits Pairs, RankedPairs, Triplets {
  /// The source of the members.
  Source of();

  /// What the members are called.
  default List<String> members() {
    return List.of("a", "b");
  }

  /// What the source of the members has to say of each.
  default TargetKind labels() {
    return TargetKind.CLASSES;
  }

  /// The target of a composed sample.
  default Field target(Wanted wanted) {
    return new Field("order", TensorType.float32(1));
  }

  /// What goes together in `part`, whose samples have these labels. Throws Failure(DATA) where nothing does.
  Composed.Chooser chooser(Part part, double[] labels, Wanted wanted);

  @Override
  default Dataset open(Path base, Wanted wanted) {
    return of().open(base, Wanted.of(wanted.targets() == TargetKind.NONE ? TargetKind.NONE : labels()).keyed(wanted.keys()));
  }

  @Override
  default Optional<Schema> declared(Wanted wanted) {
    return of().declared(Wanted.of(labels())).map(s -> Composed.schema(s, members(), target(wanted)));
  }

  @Override
  default Parts settled(Parts parts, Wanted wanted, long seed) {
    return parts.map(p -> composed(p, wanted, seed));
  }

  private Part composed(Part part, Wanted wanted, long seed) {
    Schema schema = part.dataset().schema();
    if (schema.targets().isEmpty() || schema.targets().getFirst().type().shape().size() != 1) {
      throw failure("`of` gives no " + (labels() == TargetKind.CLASSES ? "class" : "number")
          + " for each sample; for a prediction give an npz or safetensors file with arrays " + String.join(", ", members()));
    }
    Composed.Chooser chooser = chooser(part, Composed.targets(part), wanted);
    Part r = Composed.part(part, chooser, Composed.schema(schema, members(), target(wanted)), seed);
    return new Part(r.name(), wanted.checked(r.dataset(), paths().toString()), r.samples());
  }

  default Failure failure(String message) {
    return new Failure(Failure.Kind.DATA, Kinds.name(getClass()) + ": " + message);
  }

  @Override
  default List<String> paths() {
    return of().paths();
  }

  @Override
  default boolean applyExifOrientation() {
    return of().applyExifOrientation();
  }

  @Override
  default List<Preprocess> preprocess() {
    return of().preprocess();
  }
}
