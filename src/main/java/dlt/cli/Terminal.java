package dlt.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.OptionalInt;

/// The terminal that standard error goes to, where it goes to one.
final class Terminal {
  private static final int STANDARD_ERROR = 2, USUAL_COLUMNS = 80, WINDOW_SIZE_BYTES = 8;
  private static final long TIOCGWINSZ = 0x5413; // asm-generic/ioctls.h
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;

  /// `int ioctl(int, unsigned long, ...)`.
  private static final MethodHandle IOCTL = Linker.nativeLinker().downcallHandle(Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS), Linker.Option.firstVariadicArg(2));

  private Terminal() {}

  /// How many characters a line has; empty where standard error is no terminal, or one that must not be drawn on (NO_COLOR,
  /// TERM=dumb).
  static OptionalInt columns() {
    if (!System.getProperty("os.name").equals("Linux") || System.getenv("NO_COLOR") != null || "dumb".equals(System.getenv("TERM"))) {
      return OptionalInt.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(WINDOW_SIZE_BYTES);
      if ((int) IOCTL.invokeExact(STANDARD_ERROR, TIOCGWINSZ, size) != 0) {
        return OptionalInt.empty();
      }
      int columns = Short.toUnsignedInt(size.getAtIndex(SHORT, 1));
      return OptionalInt.of(columns == 0 ? USUAL_COLUMNS : columns);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// `line` cut to a terminal's width, with room for the cursor; whole where there is no terminal.
  static String fit(String line, OptionalInt columns) {
    int most = columns.isEmpty() ? Integer.MAX_VALUE : Math.max(2, columns.getAsInt()) - 1;
    return line.length() <= most ? line : line.substring(0, most - 1) + "\u2026";
  }
}
