package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("A table in a Parquet file, one sample a row. Columns are numbers (booleans as 0 and 1), categories, which the model sees one-hot, or texts.")
public record Parquet(
    @Doc("The file.") String path,
    @Doc("The column or columns to predict.") @Default("[]") List<String> target,
    @Doc("The columns to predict from; all others than the target where left out.") Optional<List<String>> features,
    @Doc("Several inputs, each by the columns that it consists of, instead of features; one categorical column alone is one index a sample, a text is always alone.")
        @Default("{}") Map<String, List<String>> inputs,
    @Doc("Columns that are left out.") @Default("[]") List<String> ignore,
    @Doc("Columns whose type is not to be that of the file.") @Default("{}") Map<String, ColumnType> types,
    @Doc("What to do about missing values (null, or NaN).") @Default("error") Table.Missing missing,
    @Doc("Texts that mean a missing value; empty ones always do.") @Default("[]") List<String> missingValues,
    @Doc("What to do about a category that the training data lack.") @Default("error") Table.Unknown unknown,
    @Doc("The shape of one sample; [features] where left out.") @Range(min = 1) Optional<List<Integer>> shape)
    implements Source, Table {
  public Parquet {
    Table.check(target, features, inputs, types, shape);
  }

  /// A table of numbers alone in the model's own order.
  static Parquet of(String path, Shape shape) {
    return new Parquet(
        path, List.of(), Optional.empty(), Map.of(), List.of(), Map.of(), Missing.ERROR, List.of(), Unknown.ERROR, Optional.of(shape.dims()));
  }

  /// A table with the arguments of another one.
  static Parquet like(String path, Table t) {
    return new Parquet(path, t.target(), t.features(), t.inputs(), t.ignore(), t.types(), t.missing(), t.missingValues(), t.unknown(), t.shape());
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
    return new TableReading(this, new ParquetRows(SourceFile.of(base, path)), base, wanted).dataset();
  }

  @Override
  public List<String> paths() {
    return List.of(path);
  }
}
