package dlt.backend.cpu;

import dlt.error.Failure;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.logging.log4j.LogManager;

/// What a kernel may be made of, best first.
public enum InstructionSet {
  /// Emitted machine code, 512-bit vectors (AVX-512 F, DQ, BW, VL).
  AVX512,
  /// Emitted machine code, 256-bit vectors (AVX2, FMA, BMI2).
  AVX2,
  /// Plain Java loops: the twins of the emitted kernels.
  JAVA;

  /// The system property that chooses one by its name in place of the best.
  public static final String PROPERTY = "dlt.cpu";

  /// The best one of this machine, or what the system property `dlt.cpu` says. Throws a [Failure] where that one is not known
  /// or not supported.
  public static InstructionSet best() {
    String name = System.getProperty(PROPERTY);
    if (name == null) {
      return supported(AVX512) ? AVX512 : supported(AVX2) ? AVX2 : JAVA;
    }
    for (InstructionSet set : values()) {
      if (set.toString().equals(name)) {
        if (!supported(set)) {
          throw new Failure(Failure.Kind.DEVICE, "-D" + PROPERTY + "=" + name + ": this machine does not support it; without the option the best is used");
        }
        return set;
      }
    }
    throw new Failure(Failure.Kind.USAGE, "-D" + PROPERTY + "=" + name + ": expected one of "
        + Arrays.stream(values()).map(InstructionSet::toString).collect(Collectors.joining(", ")));
  }

  /// Whether this machine can run it.
  static boolean supported(InstructionSet set) {
    return switch (set) {
      case AVX512 -> Detected.AVX512;
      case AVX2 -> Detected.AVX2;
      case JAVA -> true;
    };
  }

  /// `avx512`, `avx2` or `java`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Asked once, on first use.
  private static final class Detected {
    static final boolean AVX512;
    static final boolean AVX2;

    static {
      boolean avx512 = false;
      boolean avx2 = false;
      try {
        Processor processor = Processor.detect();
        avx512 = processor.avx512();
        avx2 = processor.avx2();
      } catch (Memory.RefusedException e) {
        LogManager.getLogger(InstructionSet.class).warn("cpu kernels are plain Java loops, which are slower: {}", e.getMessage());
      }
      AVX512 = avx512;
      AVX2 = avx2;
    }
  }
}
