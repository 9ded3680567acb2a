package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.IntTriple;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.config.ToText;
import java.util.Optional;

/// What a convolution adds around a volume: a number, three, `same`, or `valid` for nothing.
public record Padding3d(
    @Doc("Slices in front and behind.") @Default("0") @Range(min = 0) int depth,
    @Doc("Rows above and below.") @Default("0") @Range(min = 0) int rows,
    @Doc("Columns on the left and on the right.") @Default("0") @Range(min = 0) int columns,
    @Doc("As many as keep the size of the volume; for stride 1.") @Default("false") boolean same) {
  @FromText("whole number, [depth, rows, columns] or same")
  public static Padding3d parse(String text) {
    try {
      Padding p = Padding.parse(text);
      return new Padding3d(p.rows(), p.rows(), p.columns(), p.same());
    } catch (Invalid e) {
      throw new Invalid("", "'" + text + "'", "a whole number, [depth, rows, columns], same or valid");
    }
  }

  @ToText
  public Optional<String> text() {
    return same ? Optional.of("same") : new IntTriple(depth, rows, columns).text();
  }

  /// That of each slice.
  Padding image() {
    return new Padding(rows, columns, same);
  }

  /// That of the slices, as rows of an image.
  Padding slices() {
    return new Padding(depth, 0, same);
  }
}
