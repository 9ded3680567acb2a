package dlt.backend.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Code that turns the number of a turn of some loops (below 2^31) into how many bytes each view has gone on. Its arguments are the loops'
/// sizes and the views' steps; a step of at most 16 bytes in the innermost loop and steps of 0 are part of the code.
final class Walk {
  private static final int IMMEDIATE = 16;

  private final int depth;
  /// For each loop but the outermost, the first of its arguments: its size, and what makes a division by it a product.
  private final List<Integer> divisors = new ArrayList<>();
  /// The steps in bytes, each different sequence of them once, and which one a view has.
  private final List<long[]> steps = new ArrayList<>();
  private final List<int[]> stepArguments = new ArrayList<>();
  private final int[] stepsOf;

  /// Adds to `arguments` what the code will load.
  Walk(Nest nest, List<Long> arguments) {
    depth = nest.sizes().length;
    for (int d = 1; d < depth; d++) {
      divisors.add(arguments.size());
      long size = Math.max(1, nest.sizes()[d]);
      int shift = 64 - Long.numberOfLeadingZeros(size - 1);
      arguments.add(size);
      arguments.add((((1L << shift) - size) << 32) / size + 1);
      arguments.add((long) shift);
    }
    stepsOf = new int[nest.views().size()];
    for (int v = 0; v < stepsOf.length; v++) {
      View view = nest.views().get(v);
      long[] bytes = Arrays.stream(view.strides()).map(s -> s * view.dtype().bytes()).toArray();
      int known = 0;
      while (known < steps.size() && !Arrays.equals(steps.get(known), bytes)) {
        known++;
      }
      if (known == steps.size()) {
        steps.add(bytes);
        int[] places = new int[depth];
        for (int d = 0; d < depth; d++) {
          places[d] = arguments.size();
          if (!inCode(d, bytes[d])) {
            arguments.add(bytes[d]);
          }
        }
        stepArguments.add(places);
      }
      stepsOf[v] = known;
    }
  }

  private boolean inCode(int level, long step) {
    return step == 0 || level == depth - 1 && step <= IMMEDIATE;
  }

  private static boolean large(long step) {
    return step >>> 32 != 0;
  }

  /// Whether a view stays where it is.
  boolean still(int view) {
    return Arrays.stream(steps.get(stepsOf[view])).allMatch(s -> s == 0);
  }

  /// Loads the arguments.
  Loaded load(Ptx ptx, Section.Place place) {
    String[][] divisor = new String[divisors.size()][];
    for (int i = 0; i < divisor.length; i++) {
      int at = divisors.get(i);
      divisor[i] = new String[] {place.load32(ptx, at), place.load32(ptx, at + 1), place.load32(ptx, at + 2)};
    }
    String[][] step = new String[steps.size()][depth];
    for (int i = 0; i < step.length; i++) {
      for (int d = 0; d < depth; d++) {
        long bytes = steps.get(i)[d];
        int at = stepArguments.get(i)[d];
        step[i][d] = inCode(d, bytes) ? Long.toString(bytes) : large(bytes) ? place.load64(ptx, at) : place.load32(ptx, at);
      }
    }
    return new Loaded(divisor, step);
  }

  /// The registers with the arguments.
  final class Loaded {
    private final String[][] divisor;
    private final String[][] step;

    private Loaded(String[][] divisor, String[][] step) {
      this.divisor = divisor;
      this.step = step;
    }

    /// For turn `index`, a register with each view's distance in bytes, or null where the view stays.
    String[] distances(Ptx ptx, String index) {
      String[] turns = new String[depth];
      String rest = index;
      for (int d = depth - 1; d > 0; d--) {
        String[] by = divisor[d - 1];
        String quotient = ptx.b32("shr.u32", ptx.b32("add.u32", ptx.b32("mul.hi.u32", rest, by[1]), rest), by[2]);
        int level = d;
        if (steps.stream().anyMatch(s -> s[level] != 0)) {
          turns[d] = ptx.b32("sub.u32", rest, ptx.b32("mul.lo.u32", quotient, by[0]));
        }
        rest = quotient;
      }
      if (depth > 0) {
        turns[0] = rest;
      }
      String[] each = new String[steps.size()];
      for (int i = 0; i < each.length; i++) {
        for (int d = 0; d < depth; d++) {
          if (steps.get(i)[d] != 0) {
            each[i] = further(ptx, each[i], turns[d], step[i][d], large(steps.get(i)[d]));
          }
        }
      }
      return Arrays.stream(stepsOf).mapToObj(s -> each[s]).toArray(String[]::new);
    }
  }

  private static String further(Ptx ptx, String sum, String turn, String step, boolean large) {
    if (large) {
      String product = ptx.b64("mul.lo.u64", ptx.b64("cvt.u64.u32", turn), step);
      return sum == null ? product : ptx.b64("add.u64", sum, product);
    }
    return sum == null ? ptx.b64("mul.wide.u32", turn, step) : ptx.b64("mad.wide.u32", turn, step, sum);
  }
}
