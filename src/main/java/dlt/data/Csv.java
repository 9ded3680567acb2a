package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

@Doc("A table in a text file, one sample a line. Columns are numbers, or categories, which the model sees one-hot.")
public record Csv(
    @Doc("The file.") String path,
    @Doc("The column or columns to predict.") @Default("[]") List<String> target,
    @Doc("The columns to predict from; all others than the target where left out.") Optional<List<String>> features,
    @Doc("Columns that are left out.") @Default("[]") List<String> ignore,
    @Doc("Columns whose type is not to be inferred.") @Default("{}") Map<String, Type> types,
    @Doc("What to do about missing values.") @Default("error") Missing missing,
    @Doc("Texts that mean a missing value; empty cells always do.") @Default("[NA, N/A, NaN, nan, 'null', '?']") List<String> missingValues,
    @Doc("What to do about a category that the training data lack.") @Default("error") Unknown unknown,
    @Doc("The shape of one sample; [features] where left out.") @Range(min = 1) Optional<List<Integer>> shape,
    @Doc("The character between two cells, or `tab`.") @Default("','") String delimiter,
    @Doc("Whether the first line names the columns; else they are c0, c1, ...") @Default("true") boolean header)
    implements Source {

  /// How a column is read.
  public enum Type {
    @Doc("Numbers.") NUMERIC,
    @Doc("Names, of which each becomes an index.") CATEGORICAL
  }

  /// What happens to a line with a missing value. A missing target is an error unless lines are dropped.
  public enum Missing {
    @Doc("Stop and name the line.") ERROR,
    @Doc("Leave out the line.") DROP,
    @Doc("Keep numbers as NaN for `impute`, categories as none.") KEEP,
    @Doc("Put in the column's mean over the training part; categories as none.") MEAN,
    @Doc("Put in the column's median over the training part; categories as none.") MEDIAN
  }

  /// What happens to a category that the training data lack.
  public enum Unknown {
    @Doc("Stop and name the line.") ERROR,
    @Doc("Treat it as no category: all zeros.") NONE
  }

  public Csv {
    if (!delimiter.equals("tab") && delimiter.length() != 1) {
      throw new Invalid("delimiter", "'" + delimiter + "'", "one character or `tab`");
    }
    Set<String> seen = new HashSet<>();
    for (String name : target) {
      if (!seen.add(name)) {
        throw new Invalid("target", "'" + name + "' twice", "different columns");
      }
    }
    for (String name : features.orElse(List.of())) {
      if (!seen.add(name)) {
        throw new Invalid("features", "'" + name + "' " + (target.contains(name) ? "beside the target of that name" : "twice"), "different columns");
      }
    }
  }

  /// A table of numbers alone in the model's own order.
  static Csv of(String path, String delimiter, Shape shape) {
    return new Csv(
        path, List.of(), Optional.empty(), List.of(), Map.of(), Missing.ERROR, List.of(), Unknown.ERROR, Optional.of(shape.dims()), delimiter, true);
  }

  /// The same of another file.
  Csv at(String other) {
    return new Csv(other, target, features, ignore, types, missing, missingValues, unknown, shape, delimiter, header);
  }

  /// The character between two cells.
  char separator() {
    return delimiter.equals("tab") ? '\t' : delimiter.charAt(0);
  }

  @Override
  public List<Preprocess> preprocess() {
    return switch (missing) {
      case ERROR, DROP, KEEP -> List.of();
      case MEAN -> List.of(new Preprocess.Impute(Preprocess.Strategy.MEAN, 0));
      case MEDIAN -> List.of(new Preprocess.Impute(Preprocess.Strategy.MEDIAN, 0));
    };
  }

  /// Known where the columns are numbers for certain: samples of several dimensions hold no categories.
  @Override
  public Optional<Schema> declared(Wanted wanted) {
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

  @Override
  public Dataset open(Path base, Wanted wanted) {
    return new CsvReading(this, base, wanted).dataset();
  }

  @Override
  public List<String> paths() {
    return List.of(path);
  }
}
