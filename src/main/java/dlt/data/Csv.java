package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("A table in a text file, one sample a line. Columns are numbers, categories, which the model sees one-hot, or texts.")
public record Csv(
    @Doc("The file.") String path,
    @Doc("The column or columns to predict.") @Default("[]") List<String> target,
    @Doc("The columns to predict from; all others than the target where left out.") Optional<List<String>> features,
    @Doc("Several inputs, each by the columns that it consists of, instead of features; one categorical column alone is one index a sample, a text is always alone.")
        @Default("{}") Map<String, List<String>> inputs,
    @Doc("Columns that are left out.") @Default("[]") List<String> ignore,
    @Doc("Columns whose type is not to be inferred.") @Default("{}") Map<String, ColumnType> types,
    @Doc("What to do about missing values.") @Default("error") Missing missing,
    @Doc("Texts that mean a missing value; empty cells always do.") @Default("[NA, N/A, NaN, nan, 'null', '?']") List<String> missingValues,
    @Doc("What to do about a category that the training data lack.") @Default("error") Unknown unknown,
    @Doc("The shape of one sample; [features] where left out.") @Range(min = 1) Optional<List<Integer>> shape,
    @Doc("The character between two cells, or `tab`.") @Default("','") String delimiter,
    @Doc("Whether the first line names the columns; else they are c0, c1, ...") @Default("true") boolean header,
    @Doc("What stands before decimals: a point, or a comma; then points may stand between thousands.") @Default("'.'") String decimal)
    implements Source, Table {
  public Csv {
    if (!delimiter.equals("tab") && (delimiter.length() != 1 || "\"\r\n".contains(delimiter))) {
      throw new Invalid("delimiter", "'" + delimiter + "'", "one character or `tab`, but no quote or line break");
    }
    if (!decimal.equals(".") && !decimal.equals(",")) {
      throw new Invalid("decimal", "'" + decimal + "'", "'.' or ','");
    }
    if (decimal.equals(delimiter)) {
      throw new Invalid("decimal", "'" + decimal + "', which divides the cells too", "another `delimiter`, such as ';'");
    }
    Table.check(target, features, inputs, types, shape);
  }

  /// With points before decimals.
  Csv(String path, List<String> target, Optional<List<String>> features, Map<String, List<String>> inputs, List<String> ignore, Map<String, ColumnType> types,
      Missing missing, List<String> missingValues, Unknown unknown, Optional<List<Integer>> shape, String delimiter, boolean header) {
    this(path, target, features, inputs, ignore, types, missing, missingValues, unknown, shape, delimiter, header, ".");
  }

  /// A table of numbers alone in the model's own order.
  static Csv of(String path, String delimiter, Shape shape) {
    return new Csv(
        path, List.of(), Optional.empty(), Map.of(), List.of(), Map.of(), Missing.ERROR, List.of(), Unknown.ERROR, Optional.of(shape.dims()), delimiter, true);
  }

  /// A table with the arguments of another kind of table.
  static Csv like(String path, String delimiter, Table t) {
    return new Csv(path, t.target(), t.features(), t.inputs(), t.ignore(), t.types(), t.missing(), t.missingValues(), t.unknown(), t.shape(), delimiter, true);
  }

  /// The same of another file, whose cells this delimiter divides.
  Csv at(String other, String itsDelimiter) {
    return new Csv(other, target, features, inputs, ignore, types, missing, missingValues, unknown, shape, itsDelimiter, header, decimal);
  }

  CsvForm form() {
    return new CsvForm(delimiter.equals("tab") ? '\t' : delimiter.charAt(0), header, decimal.equals(","));
  }

  @Override
  public List<Preprocess> preprocess() {
    return imputation();
  }

  @Override
  public Optional<Schema> declared(Wanted wanted) {
    return known(wanted);
  }

  @Override
  public Dataset open(Path base, Wanted wanted) {
    return new TableReading(this, new CsvRows(SourceFile.of(base, path), form()), base, wanted).dataset();
  }

  @Override
  public List<String> paths() {
    return List.of(path);
  }
}
