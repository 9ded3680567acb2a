package dlt.tensor;

/// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): random numbers as a pure
/// function of a key and a counter, so that they do not depend on who asks or in which order.
public final class Philox {
  /// What numbers are drawn for; each purpose has streams of its own.
  public enum Purpose {
    /// The first values of a parameter; the id is its number in the model.
    INITIALISE,
    /// Which samples go to which part.
    SPLIT,
    /// The order of the samples in an epoch.
    SHUFFLE,
    /// Random transforms of a sample; the id is the transform's place in the list.
    AUGMENT,
    /// Random ops inside the graph, dropout above all; the id is the op's number in the graph.
    GRAPH,
    /// Made-up data.
    SYNTHETIC,
    /// Samples that are composed of others, such as pairs.
    COMPOSE,
    /// The values of a sweep's trials.
    SWEEP,
    /// Where the blocks of a running text begin.
    BLOCK,
    /// The words of a text that a model writes.
    WRITE;

    /// The stream of this purpose's `id`-th use (0 to 2^24 - 1).
    public int stream(int id) {
      return ordinal() << 24 | id;
    }
  }

  /// Numbers that are drawn at a time.
  private static final int SOME = 1 << 12;
  private static final int M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

  private final int key0;
  private final int key1;
  private final int stream;
  private final int epoch;

  /// Numbers for one use: `seed` is the run's, `stream` names the purpose, `epoch` tells the repetitions of it apart.
  public Philox(long seed, int stream, int epoch) {
    this.key0 = (int) seed;
    this.key1 = (int) (seed >>> 32);
    this.stream = stream;
    this.epoch = epoch;
  }

  /// 32 random bits for index `i`: word `i % 4` of the block with counter `(i / 4, stream, epoch)`.
  public int bits(long i) {
    long block = i >>> 2;
    return word((int) block, (int) (block >>> 32), stream, epoch, key0, key1, (int) (i & 3));
  }

  /// A number in [0, 1) with 24 random bits, exact as a float.
  public float uniform(long i) {
    return (bits(i) >>> 8) * 0x1p-24f;
  }

  /// [#uniform(long)] for the indices from `first` on into all of `to`: a block gives four.
  public void uniform(long first, float[] to) {
    int[] four = new int[4];
    int i = 0;
    for (; i < to.length && (first + i & 3) != 0; i++) {
      to[i] = uniform(first + i);
    }
    for (; i + 4 <= to.length; i += 4) {
      block(first + i >>> 2, four, 0);
      to[i] = (four[0] >>> 8) * 0x1p-24f;
      to[i + 1] = (four[1] >>> 8) * 0x1p-24f;
      to[i + 2] = (four[2] >>> 8) * 0x1p-24f;
      to[i + 3] = (four[3] >>> 8) * 0x1p-24f;
    }
    for (; i < to.length; i++) {
      to[i] = uniform(first + i);
    }
  }

  /// Fills `to` (float32): element `i` is `low + u * (high - low)` for [#uniform(long)] u of `i`, in float64 and rounded once.
  public void uniform(HostTensor to, double low, double high) {
    float[] some = new float[SOME];
    for (long i = 0; i < to.size(); i += SOME) {
      uniform(i, some);
      for (int k = 0; k < SOME; k++) {
        some[k] = (float) (low + some[k] * (high - low));
      }
      to.set(i, some);
    }
  }

  /// The first counter and the key, as [#word] takes them: its arguments but the last.
  public int[] words() {
    return new int[] {0, 0, stream, epoch, key0, key1};
  }

  /// [#bits(long)] for the indices from `first` on into all of `to`.
  public void bits(long first, int[] to) {
    int i = 0;
    for (; i < to.length && (first + i & 3) != 0; i++) {
      to[i] = bits(first + i);
    }
    for (; i + 4 <= to.length; i += 4) {
      block(first + i >>> 2, to, i);
    }
    for (; i < to.length; i++) {
      to[i] = bits(first + i);
    }
  }

  private void block(long block, int[] to, int at) {
    int c0 = (int) block;
    int c1 = (int) (block >>> 32);
    int c2 = stream;
    int c3 = epoch;
    int k0 = key0;
    int k1 = key1;
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
    to[at] = c0;
    to[at + 1] = c1;
    to[at + 2] = c2;
    to[at + 3] = c3;
  }

  /// A number in [0, 1) with 53 random bits; uses the bits of indices `2i` and `2i + 1`.
  public double uniformDouble(long i) {
    long hi = bits(2 * i) & 0xffffffffL;
    long lo = bits(2 * i + 1) & 0xffffffffL;
    return ((hi << 21) ^ (lo >>> 11)) * 0x1p-53;
  }

  /// A standard normal number (Box-Muller, cosine branch); uses the bits of indices `4i` to `4i + 3`.
  public double normal(long i) {
    double u = 1 - uniformDouble(2 * i);
    double v = uniformDouble(2 * i + 1);
    return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * StrictMath.PI * v);
  }

  /// A permutation of `0 .. n-1` (Fisher-Yates with unbiased enough 53-bit draws).
  public int[] permutation(int n) {
    int[] p = new int[n];
    for (int i = 0; i < n; i++) {
      p[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = (int) (uniformDouble(i) * (i + 1));
      int t = p[i];
      p[i] = p[j];
      p[j] = t;
    }
    return p;
  }

  /// Word `word` of the ten-round block with this counter and key: what every backend's random op computes.
  public static int word(int c0, int c1, int c2, int c3, int k0, int k1, int word) {
    for (int round = 0; round < 10; round++) {
      long p0 = (M0 & 0xffffffffL) * (c0 & 0xffffffffL);
      long p1 = (M1 & 0xffffffffL) * (c2 & 0xffffffffL);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      c0 = n0;
      c2 = n2;
      k0 += W0;
      k1 += W1;
    }
    return switch (word) {
      case 0 -> c0;
      case 1 -> c1;
      case 2 -> c2;
      default -> c3;
    };
  }
}
