package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import java.nio.file.Path;
import java.util.List;

@Doc("A table as JSON lines, one object a line. Columns are the objects' names; a name that an object lacks, or null, is a missing value.")
public record Jsonl(
    @Inline TableArguments arguments,
    @Doc("Texts that mean a missing value; empty ones always do.") @Default("[]") List<String> missingValues)
    implements Table {
  @Override
  public Dataset open(Path base, Wanted wanted) {
    return new TableReading(this, new JsonlRows(SourceFile.of(base, arguments.path())), base, wanted).dataset();
  }
}
