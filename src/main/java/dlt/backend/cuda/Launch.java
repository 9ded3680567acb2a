package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import java.lang.foreign.MemorySegment;

/// One call of a kernel, with everything that is fixed when a program is compiled.
///
/// @param kernel which
/// @param sharedBytes of dynamic shared memory a block
/// @param argument the bytes of its parameter struct, as [Arguments] lays them out
record Launch(Kernel kernel, Context.Extent grid, Context.Extent block, int sharedBytes, MemorySegment argument) {
  /// A kernel by name: of a module that ships (`gemm` is gemm.ptx), or of PTX that was written for a program.
  sealed interface Kernel permits Shipped, Finished, Written {
    String name();
  }

  record Shipped(String module, String name) implements Kernel {}

  /// A kernel that ships and more operations where it stores, whose arguments are those from number `first` on, eight bytes each. It can
  /// be loaded when [Section] has written it.
  record Finished(Shipped shipped, Finish finish, int first) implements Kernel {
    @Override
    public String name() {
      return shipped.name();
    }
  }

  record Written(String ptx, String name) implements Kernel {}
}
