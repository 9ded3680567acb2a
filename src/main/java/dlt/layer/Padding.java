package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.config.ToText;
import dlt.op.Window;
import java.util.Optional;

/// What a convolution adds around an image: a number, a pair, `same`, or `valid` for nothing.
public record Padding(
    @Doc("Rows above and below.") @Default("0") @Range(min = 0) int rows,
    @Doc("Columns on the left and on the right.") @Default("0") @Range(min = 0) int columns,
    @Doc("As many rows and columns as keep the size of the image; for stride 1.") @Default("false") boolean same) {
  public static Padding of(int both) {
    return new Padding(both, both, false);
  }

  static Padding of(IntPair sides) {
    return new Padding(sides.first(), sides.second(), false);
  }

  @FromText("whole number, [rows, columns] or same")
  public static Padding parse(String text) {
    if (text.equals("same")) {
      return new Padding(0, 0, true);
    }
    if (text.equals("valid")) {
      return of(0);
    }
    if (text.matches("[0-9]{1,6}")) {
      return of(Integer.parseInt(text));
    }
    throw new Invalid("", "'" + text + "'", "a whole number, [rows, columns], same or valid");
  }

  @ToText
  public Optional<String> text() {
    return same ? Optional.of("same") : rows == columns ? Optional.of(Integer.toString(rows)) : Optional.empty();
  }

  /// How a kernel of this size moves. Where `same` needs an odd number, the extra row or column comes last, as in PyTorch.
  Window window(IntPair kernel, IntPair stride, IntPair dilation) {
    if (!same) {
      return Window.of(stride.first(), stride.second(), rows, columns, dilation.first(), dilation.second());
    }
    int height = Window.span(kernel.first(), dilation.first()) - 1;
    int width = Window.span(kernel.second(), dilation.second()) - 1;
    return new Window(stride.first(), stride.second(), height / 2, width / 2, height - height / 2, width - width / 2,
        dilation.first(), dilation.second());
  }
}
