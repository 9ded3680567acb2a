package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.op.RandomUniform;
import dlt.tensor.Philox;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Numbers in [0, 1), those of [Philox]: each block of the generator is computed once and gives four of them.
final class RandomUniformKernel {
  private static final int M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

  private RandomUniformKernel() {}

  static Step compile(Target target, RandomUniform op, List<Operand> inputs, Operand output) {
    MemorySegment rng = inputs.getFirst().data();
    MemorySegment y = output.data();
    int stream = Philox.Purpose.GRAPH.stream(op.id());
    long n = output.shape().size();
    Blocks blocks = new Blocks((n + 3) / 4, 1024);
    return () -> {
      long seed = rng.getAtIndex(JAVA_LONG, 0);
      int step = (int) rng.getAtIndex(JAVA_LONG, 1);
      target.workers().run(blocks.parts(), part -> {
        for (long block = blocks.from(part); block < blocks.to(part); block++) {
          block(seed, stream, step, block, y, n);
        }
      });
    };
  }

  private static void block(long seed, int stream, int step, long block, MemorySegment y, long n) {
    int c0 = (int) block;
    int c1 = (int) (block >>> 32);
    int c2 = stream;
    int c3 = step;
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < 10; round++) {
      long p0 = (M0 & 0xffffffffL) * (c0 & 0xffffffffL);
      long p1 = (M1 & 0xffffffffL) * (c2 & 0xffffffffL);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      k0 += W0;
      k1 += W1;
    }
    long i = 4 * block;
    y.setAtIndex(JAVA_FLOAT, i, uniform(c0));
    if (i + 1 < n) {
      y.setAtIndex(JAVA_FLOAT, i + 1, uniform(c1));
    }
    if (i + 2 < n) {
      y.setAtIndex(JAVA_FLOAT, i + 2, uniform(c2));
    }
    if (i + 3 < n) {
      y.setAtIndex(JAVA_FLOAT, i + 3, uniform(c3));
    }
  }

  private static float uniform(int bits) {
    return (bits >>> 8) * 0x1p-24f;
  }
}
