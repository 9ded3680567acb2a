package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedSet;

/// What the sources of named arrays in one file take.
public record ArrayArguments(
    @Doc("The file.") String path,
    @Doc("The array or arrays that are inputs.") @Default("[x]") List<String> inputs,
    @Doc("The array or arrays that are targets.") @Default("[y]") List<String> targets,
    @Doc("How many leading dimensions count the samples together: 2 reads [steps, batch, ...] as steps * batch samples.")
        @Default("1") @Range(min = 1) int batchDims,
    @Doc("How the images lie in the file.") @Default("chw") ImageLayout layout) {
  public ArrayArguments {
    NamedArrays.requireSome(inputs);
  }

  /// Arrays that are called as the model's inputs and targets.
  static ArrayArguments of(String path, Schema schema) {
    return new ArrayArguments(path, schema.inputs().stream().map(Field::name).toList(), schema.targets().stream().map(Field::name).toList(), 1, ImageLayout.CHW);
  }

  /// The same in another file.
  ArrayArguments at(String other) {
    return new ArrayArguments(other, inputs, targets, batchDims, layout);
  }

  SourceFile file(Path base) {
    return SourceFile.of(base, path);
  }

  /// The names of the arrays that [#dataset] reads.
  SequencedSet<String> named(Wanted wanted) {
    return NamedArrays.named(inputs, targets, wanted);
  }

  Dataset dataset(NamedArrays arrays, Wanted wanted) {
    return arrays.dataset(inputs, targets, batchDims, layout, wanted);
  }
}
