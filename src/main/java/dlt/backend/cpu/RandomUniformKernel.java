package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.op.RandomUniform;
import dlt.tensor.Philox;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Numbers in [0, 1), those of [Philox], whole vectors of its blocks by machine code.
final class RandomUniformKernel {
  /// Blocks of a part.
  private static final int PART = 2048;
  /// Words of a kernel's arguments: a counter and a key, padded.
  private static final int WORDS = 8;

  private RandomUniformKernel() {}

  static Step compile(Target target, RandomUniform op, List<Operand> inputs, Operand output) {
    MemorySegment rng = inputs.getFirst().data();
    MemorySegment y = output.data();
    int stream = Philox.Purpose.GRAPH.stream(op.id());
    long n = output.shape().size();
    Blocks parts = new Blocks(Math.ceilDiv(n, 4L), PART);
    if (!target.emits() || parts.count() >= 1L << 32) {
      return () -> target.workers().run(parts.parts(),
          part -> twin(philox(rng, stream), y, 4 * parts.from(part), Math.min(n, 4 * parts.to(part))));
    }
    Kernel kernel = target.kernel(PhiloxEmitter.class, PhiloxEmitter::emit);
    int lanes = target.instructionSet() == InstructionSet.AVX512 ? 16 : 8;
    MemorySegment arguments = target.scratch(4L * WORDS * parts.parts());
    return () -> target.workers().run(parts.parts(), part -> {
      long first = parts.from(part);
      long end = Math.min(n, 4 * parts.to(part));
      long vectors = (end - 4 * first) / (4 * lanes);
      if (vectors > 0) {
        long own = (long) WORDS * part;
        long seed = rng.getAtIndex(JAVA_LONG, 0);
        arguments.setAtIndex(JAVA_INT, own, (int) first);
        arguments.setAtIndex(JAVA_INT, own + 1, 0);
        arguments.setAtIndex(JAVA_INT, own + 2, stream);
        arguments.setAtIndex(JAVA_INT, own + 3, (int) rng.getAtIndex(JAVA_LONG, 1));
        arguments.setAtIndex(JAVA_INT, own + 4, (int) seed);
        arguments.setAtIndex(JAVA_INT, own + 5, (int) (seed >>> 32));
        kernel.call(arguments.address() + 4 * own, vectors, y.address() + 16 * first);
      }
      twin(philox(rng, stream), y, 4 * (first + vectors * lanes), end);
    });
  }

  private static Philox philox(MemorySegment rng, int stream) {
    return new Philox(rng.getAtIndex(JAVA_LONG, 0), stream, (int) rng.getAtIndex(JAVA_LONG, 1));
  }

  private static void twin(Philox philox, MemorySegment y, long from, long to) {
    for (long i = from; i < to; i++) {
      y.setAtIndex(JAVA_FLOAT, i, philox.uniform(i));
    }
  }
}
