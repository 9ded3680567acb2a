package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import java.nio.file.Path;
import java.util.List;

@Doc("A table in a Parquet file, one sample a row. Columns are numbers (booleans as 0 and 1), categories, which the model sees one-hot, or texts.")
public record Parquet(
    @Inline TableArguments arguments,
    @Doc("Texts that mean a missing value; empty ones always do.") @Default("[]") List<String> missingValues)
    implements Table {
  @Override
  public Dataset open(Path base, Wanted wanted) {
    return new TableReading(this, new ParquetRows(SourceFile.of(base, arguments.path())), base, wanted).dataset();
  }
}
