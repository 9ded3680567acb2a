package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What all tables take: which file, and what is taken from its columns.
public record TableArguments(
    @Doc("The file.") String path,
    @Doc("The column or columns to predict.") @Default("[]") List<String> target,
    @Doc("The columns to predict from; all others than the target where left out.") Optional<List<String>> features,
    @Doc("Several inputs, each by the columns that it consists of, instead of features; one categorical column alone is one index a sample, a text is always alone.")
        @Default("{}") Map<String, List<String>> inputs,
    @Doc("Columns that are left out.") @Default("[]") List<String> ignore,
    @Doc("Columns whose type is not to be inferred, or not to be that of the file.") @Default("{}") Map<String, ColumnType> types,
    @Doc("What to do about missing values; null and NaN are such.") @Default("error") Table.Missing missing,
    @Doc("What to do about a category that the training data lack.") @Default("error") Table.Unknown unknown,
    @Doc("The shape of one sample; [features] where left out.") @Range(min = 1) Optional<List<Integer>> shape) {
  /// Throws [Invalid] where a column is listed twice, the inputs are said in two ways, or a text is no input of its own.
  public TableArguments {
    types.forEach((name, type) -> {
      if (type instanceof ColumnType.Text text && text.vocabularyOf().isPresent()) {
        checkShared(name, text, types);
      }
      if (type instanceof ColumnType.Text && shape.isPresent()) {
        throw new Invalid("shape", "a shape beside the text '" + name + "'", "none: a text has the shape [length]");
      }
    });
    features.ifPresent(f -> alone("features", f, types));
    inputs.values().forEach(columns -> alone("inputs", columns, types));
    Set<String> seen = new HashSet<>();
    for (String name : target) {
      if (!seen.add(name)) {
        throw new Invalid("target", "'" + name + "' twice", "different columns");
      }
    }
    seen.removeIf(name -> types.get(name) instanceof ColumnType.Text); // an input and the target in one
    check("features", features.orElse(List.of()), target, seen);
    if (!inputs.isEmpty() && features.isPresent()) {
      throw new Invalid("inputs", "inputs beside features", "one of the two");
    }
    if (!inputs.isEmpty() && shape.isPresent()) {
      throw new Invalid("inputs", "inputs beside a shape", "one of the two: an input has the shape [columns]");
    }
    inputs.forEach((name, columns) -> {
      if (columns.isEmpty()) {
        throw new Invalid("inputs", "no columns of '" + name + "'", "at least one");
      }
      check("inputs", columns, target, seen);
    });
  }

  /// A table of numbers alone in the model's own order.
  static TableArguments numbers(String path, Shape shape) {
    return new TableArguments(path, List.of(), Optional.empty(), Map.of(), List.of(), Map.of(), Table.Missing.ERROR, Table.Unknown.ERROR, Optional.of(shape.dims()));
  }

  /// The same of another file.
  TableArguments at(String other) {
    return new TableArguments(other, target, features, inputs, ignore, types, missing, unknown, shape);
  }

  private static void checkShared(String name, ColumnType.Text text, Map<String, ColumnType> types) {
    String root = text.vocabularyOf().orElseThrow();
    if (text.words().isPresent()) {
      throw new Invalid("types", "vocabulary_of beside words in '" + name + "'", "one of the two");
    }
    if (!(types.get(root) instanceof ColumnType.Text of) || of.vocabularyOf().isPresent()) {
      throw new Invalid("types", "vocabulary_of: " + root + " in '" + name + "'", "another column whose type is text and that has a vocabulary of its own");
    }
    if (of.by() != text.by() || of.lowercase() != text.lowercase()) {
      throw new Invalid("types", "'" + name + "' with the vocabulary of '" + root + "', whose words are others", "the same `by` and `lowercase` for both");
    }
  }

  private static void alone(String component, List<String> columns, Map<String, ColumnType> types) {
    Optional<String> text = columns.stream().filter(c -> types.get(c) instanceof ColumnType.Text).findFirst();
    if (text.isPresent() && columns.size() > 1) {
      throw new Invalid(component, "the text '" + text.get() + "' beside other columns", "it as an input of its own: " + inputsFor(text.get(), columns));
    }
  }

  /// How to write `columns`, of which one is a text.
  static String inputsFor(String text, List<String> columns) {
    List<String> others = columns.stream().filter(c -> !c.equals(text)).toList();
    return "`inputs: {" + text + ": " + text + ", others: [" + String.join(", ", others) + "]}`";
  }

  private static void check(String component, List<String> columns, List<String> target, Set<String> seen) {
    for (String name : columns) {
      if (!seen.add(name)) {
        throw new Invalid(component, "'" + name + "' " + (target.contains(name) ? "beside the target of that name" : "twice"), "different columns");
      }
    }
  }

  /// See [Source#preprocess].
  List<Preprocess> preprocess() {
    return switch (missing) {
      case ERROR, DROP, KEEP -> List.of();
      case MEAN -> List.of(new Preprocess.Impute(Preprocess.Strategy.MEAN, 0));
      case MEDIAN -> List.of(new Preprocess.Impute(Preprocess.Strategy.MEDIAN, 0));
    };
  }

  /// See [Source#declared]. Known where the columns are numbers for certain: samples of several dimensions hold no categories.
  Optional<Schema> declared(Wanted wanted) {
    if (shape.isEmpty() || shape.get().size() < 2) {
      return Optional.empty();
    }
    List<String> names = wanted.targets() == TargetKind.NONE ? List.of() : target;
    boolean separate = wanted.separate(names);
    List<Field> targets = new ArrayList<>();
    for (String name : separate ? names : names.subList(0, Math.min(1, names.size()))) {
      TensorType type = wanted.kind(name) == TargetKind.CLASSES ? TensorType.int64() : TensorType.float32(separate ? 1 : names.size());
      targets.add(new Field(separate || names.size() == 1 ? name : "target", type));
    }
    return Optional.of(new Schema(List.of(new Field("features", TensorType.float32(new Shape(shape.get())))), targets));
  }
}
