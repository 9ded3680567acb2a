package dlt.data;

import dlt.config.Doc;
import java.util.List;
import java.util.Optional;

/// A table, whatever kind of file it lies in.
sealed interface Table extends Source permits Csv, Parquet, Jsonl {
  TableArguments arguments();

  /// Texts that mean a missing value.
  List<String> missingValues();

  /// What happens to a row with a missing value. A missing target is an error unless rows are dropped.
  enum Missing {
    @Doc("Stop and name the row.") ERROR,
    @Doc("Leave out the row.") DROP,
    @Doc("Keep numbers as NaN for `impute`, categories as none.") KEEP,
    @Doc("Put in the column's mean over the training part; categories as none.") MEAN,
    @Doc("Put in the column's median over the training part; categories as none.") MEDIAN
  }

  /// What happens to a category that the training data lack.
  enum Unknown {
    @Doc("Stop and name the row.") ERROR,
    @Doc("Treat it as no category: all zeros.") NONE
  }

  @Override
  default List<String> paths() {
    return List.of(arguments().path());
  }

  @Override
  default List<Preprocess> preprocess() {
    return arguments().preprocess();
  }

  @Override
  default Optional<Schema> declared(Wanted wanted) {
    return arguments().declared(wanted);
  }
}
