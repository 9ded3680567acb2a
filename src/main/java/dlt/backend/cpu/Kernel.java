package dlt.backend.cpu;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Machine code that can be called: emitted, or the system's. All of it is called in one form, since linking another one takes
/// milliseconds at each start; what code does not take or give is left unread. A call costs some nanoseconds and holds up safepoints: keep one in the microseconds,
/// or at least far below a millisecond. What it reads and writes is for the caller to check beforehand.
final class Kernel {
  private static final MethodHandle CALL = Linker.nativeLinker().downcallHandle(
      FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
      Linker.Option.critical(false));

  private final MemorySegment code;

  Kernel(MemorySegment code) {
    this.code = code;
  }

  void call(long rdi, long rsi) {
    call(rdi, rsi, 0, 0, 0, 0);
  }

  void call(long rdi, long rsi, long rdx) {
    call(rdi, rsi, rdx, 0, 0, 0);
  }

  void call(long rdi, long rsi, long rdx, long rcx) {
    call(rdi, rsi, rdx, rcx, 0, 0);
  }

  /// The system's function of this name, which takes whole numbers and addresses.
  static Kernel of(String function) {
    return new Kernel(Linker.nativeLinker().defaultLookup().findOrThrow(function));
  }

  /// What it gives: of a function that gives an int, the lower half.
  long call(long rdi, long rsi, long rdx, long rcx, long r8, long r9) {
    try {
      return (long) CALL.invokeExact(code, rdi, rsi, rdx, rcx, r8, r9);
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }
}
