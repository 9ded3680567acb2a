package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import dlt.config.Invalid;
import java.nio.file.Path;
import java.util.List;

@Doc("A table in a text file, one sample a line. Columns are numbers, categories, which the model sees one-hot, or texts.")
public record Csv(
    @Inline TableArguments arguments,
    @Doc("Texts that mean a missing value; empty cells always do.") @Default("[NA, N/A, NaN, nan, 'null', '?']") List<String> missingValues,
    @Doc("The character between two cells, or `tab`.") @Default("','") String delimiter,
    @Doc("Whether the first line names the columns; else they are c0, c1, ...") @Default("true") boolean header,
    @Doc("What stands before decimals: a point, or a comma; then points may stand between thousands.") @Default("'.'") String decimal)
    implements Table {
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
  }

  /// With names in the first line, and points before decimals.
  Csv(TableArguments arguments, List<String> missingValues, String delimiter) {
    this(arguments, missingValues, delimiter, true, ".");
  }

  /// The same of another file, whose cells this delimiter divides.
  Csv at(String other, String itsDelimiter) {
    return new Csv(arguments.at(other), missingValues, itsDelimiter, header, decimal);
  }

  CsvForm form() {
    return new CsvForm(delimiter.equals("tab") ? '\t' : delimiter.charAt(0), header, decimal.equals(","));
  }

  @Override
  public Dataset open(Path base, Wanted wanted) {
    return new TableReading(this, new CsvRows(SourceFile.of(base, arguments.path()), form()), base, wanted).dataset();
  }
}
