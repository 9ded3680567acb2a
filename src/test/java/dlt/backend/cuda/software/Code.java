package dlt.backend.cuda.software;

import java.util.List;

/// A kernel, translated: one [Step] an instruction.
///
/// @param statements the text that each step came from
/// @param guards the predicate slot of each step, or -1
/// @param negations -1 for each guard that must not hold, 0 for the others
/// @param ints how many slots of 32-bit registers and constants it has; `longs` and `predicates` likewise
/// @param argumentBytes of its parameters
/// @param sharedBytes of the shared memory that it declares; what the launch adds begins there
/// @param localBytes of local memory of a thread
/// @param smallestShared bytes of its smallest access to shared memory
/// @param globalShift binary logarithm of the bytes of its smallest access to global memory, 2 at most
public record Code(
    String name,
    Step[] steps,
    Ptx.Statement[] statements,
    int[] guards,
    int[] negations,
    int ints,
    int longs,
    int predicates,
    List<Constant> constants,
    List<Special> specials,
    int argumentBytes,
    int sharedBytes,
    int localBytes,
    int smallestShared,
    int globalShift) {

  /// A slot that holds the same value in each lane: `bits`, or the address of a module's variable plus `bits`.
  record Constant(Ptx.Kind kind, int slot, String variable, long bits) {}

  /// An int slot that holds a special register.
  record Special(int slot, String name) {}

  /// The same without one instruction.
  Code without(int step) {
    Step[] fewer = steps.clone();
    fewer[step] = (_, _) -> {};
    return new Code(name, fewer, statements, guards, negations, ints, longs, predicates, constants, specials, argumentBytes, sharedBytes, localBytes,
        smallestShared, globalShift);
  }
}
