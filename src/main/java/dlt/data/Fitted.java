package dlt.data;

import dlt.tensor.HostTensor;
import java.util.List;

/// A preprocessing step with its numbers. Tensors are float32 and broadcast against one sample.
public sealed interface Fitted {
  /// `(x - center) * scale`.
  record Affine(HostTensor center, HostTensor scale) implements Fitted {}

  /// `values` where x is NaN, else x.
  record Fill(HostTensor values) implements Fitted {}

  /// The features of a sample `[columns]` one after the other: a numeric column as it is, a categorical one as
  /// `categories.size()` numbers that are 1 at the index which the column holds and 0 elsewhere (index -1: all zeros).
  record OneHot(List<Column> columns) implements Fitted {
    public OneHot {
      columns = List.copyOf(columns);
    }

    /// The number of features that come out.
    public int width() {
      return columns.stream().mapToInt(c -> c.categorical() ? c.categories().size() : 1).sum();
    }
  }
}
