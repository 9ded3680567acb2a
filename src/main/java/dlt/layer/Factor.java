package dlt.layer;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.config.TextNumber;
import dlt.config.ToText;
import java.util.Optional;

/// By what rows and columns are multiplied: `2` means `[2, 2]`.
public record Factor(
    @Doc("By what rows are multiplied.") @Range(min = 0, minExclusive = true) double rows,
    @Doc("By what columns are multiplied.") @Range(min = 0, minExclusive = true) double columns) {
  @FromText
  public static Factor parse(String text) {
    return TextNumber.real(text).filter(both -> both > 0).map(both -> new Factor(both, both))
        .orElseThrow(() -> new Invalid("", "'" + text + "'", "a number above 0 or [rows, columns]"));
  }

  @ToText
  public Optional<String> text() {
    return rows == columns ? Optional.of(Double.toString(rows)) : Optional.empty();
  }
}
