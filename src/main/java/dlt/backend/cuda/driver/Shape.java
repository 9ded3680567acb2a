package dlt.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/// Calls of C functions that return an int, by what they take: P a pointer to host memory, L a handle, an address of the device or
/// a size, I an int. The first argument is the function itself, so that these are constants although the library is opened at run
/// time.
final class Shape {
  static final MethodHandle
      I = handle(JAVA_INT),
      L = handle(JAVA_LONG),
      P = handle(ADDRESS),
      IP = handle(JAVA_INT, ADDRESS),
      LI = handle(JAVA_LONG, JAVA_INT),
      LL = handle(JAVA_LONG, JAVA_LONG),
      LP = handle(JAVA_LONG, ADDRESS),
      PI = handle(ADDRESS, JAVA_INT),
      PL = handle(ADDRESS, JAVA_LONG),
      PP = handle(ADDRESS, ADDRESS),
      LII = handle(JAVA_LONG, JAVA_INT, JAVA_INT),
      LLI = handle(JAVA_LONG, JAVA_LONG, JAVA_INT),
      PII = handle(ADDRESS, JAVA_INT, JAVA_INT),
      PLI = handle(ADDRESS, JAVA_LONG, JAVA_INT),
      PLL = handle(ADDRESS, JAVA_LONG, JAVA_LONG),
      PLP = handle(ADDRESS, JAVA_LONG, ADDRESS),
      LILL = handle(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG),
      LLLL = handle(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
      LPLL = handle(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG),
      PLLL = handle(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG),
      PPIPP = handle(ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS),
      // A function, the extents of its grid and of a block, bytes of shared memory, a stream, pointers to its parameters, further options.
      LIIIIIIILPP = handle(JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS, ADDRESS);

  private Shape() {}

  private static MethodHandle handle(MemoryLayout... arguments) {
    return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, arguments));
  }
}
