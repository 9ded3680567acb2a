package dlt.backend.cuda.software;

/// Arithmetic and logic of 64 bits; division by 0 as in [Integers].
final class LongIntegers {
  private LongIntegers() {}

  /// The step of an instruction of this type.
  static Step translate(Instruction x, String type) {
    boolean signed = type.equals("s64");
    return switch (x.name()) {
      case "add" -> twoLong(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] + b[k];
        }
      });
      case "sub" -> twoLong(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] - b[k];
        }
      });
      case "mul" -> {
        boolean high = x.take("hi");
        if (!high && !x.take("lo")) {
          throw x.refused();
        }
        yield high ? twoLong(x, (d, a, b) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            d[k] = signed ? Math.multiplyHigh(a[k], b[k]) : Math.unsignedMultiplyHigh(a[k], b[k]);
          }
        }) : twoLong(x, (d, a, b) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            d[k] = a[k] * b[k];
          }
        });
      }
      case "mad" -> {
        if (!x.take("lo")) {
          throw x.refused();
        }
        yield x.done(Step.longs(x.longOut(0), x.longIn(1), x.longIn(2), x.longIn(3), (d, a, b, c) -> {
          for (int k = 0; k < Warp.LANES; k++) {
            d[k] = a[k] * b[k] + c[k];
          }
        }));
      }
      case "div" -> twoLong(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] == 0 ? -1 : signed ? a[k] / b[k] : Long.divideUnsigned(a[k], b[k]);
        }
      });
      case "rem" -> twoLong(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] == 0 ? a[k] : signed ? a[k] % b[k] : Long.remainderUnsigned(a[k], b[k]);
        }
      });
      case "min" -> twoLong(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = (signed ? Long.compare(a[k], b[k]) : Long.compareUnsigned(a[k], b[k])) < 0 ? a[k] : b[k];
        }
      });
      case "max" -> twoLong(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = (signed ? Long.compare(a[k], b[k]) : Long.compareUnsigned(a[k], b[k])) > 0 ? a[k] : b[k];
        }
      });
      case "abs" -> oneLong(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Math.abs(a[k]);
        }
      });
      case "neg" -> oneLong(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = -a[k];
        }
      });
      default -> longLogic(x, signed);
    };
  }

  private static Step longLogic(Instruction x, boolean signed) {
    return switch (x.name()) {
      case "and" -> twoLong(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] & b[k];
        }
      });
      case "or" -> twoLong(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] | b[k];
        }
      });
      case "xor" -> twoLong(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = a[k] ^ b[k];
        }
      });
      case "not" -> oneLong(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = ~a[k];
        }
      });
      case "shl" -> shift(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] >>> 6 == 0 ? a[k] << b[k] : 0;
        }
      });
      case "shr" -> shift(x, (d, a, b) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = b[k] >>> 6 == 0 ? signed ? a[k] >> b[k] : a[k] >>> b[k] : signed ? a[k] >> 63 : 0;
        }
      });
      case "popc" -> x.done(Step.intsOfLongs(x.intOut(0), x.longIn(1), (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Long.bitCount(a[k]);
        }
      }));
      case "clz" -> x.done(Step.intsOfLongs(x.intOut(0), x.longIn(1), (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Long.numberOfLeadingZeros(a[k]);
        }
      }));
      case "brev" -> oneLong(x, (d, a) -> {
        for (int k = 0; k < Warp.LANES; k++) {
          d[k] = Long.reverse(a[k]);
        }
      });
      case "bfi" -> {
        int d = x.longOut(0);
        int from = x.longIn(1);
        int into = x.longIn(2);
        int position = x.intIn(3);
        int length = x.intIn(4);
        yield x.done((w, lanes) -> {
          long[] t = w.longTarget(d, lanes);
          for (int k = 0; k < Warp.LANES; k++) {
            t[k] = Integers.insert(w.longs[from][k], w.longs[into][k], w.ints[position][k] & 255, w.ints[length][k] & 255, 64);
          }
          w.settle(d, lanes, t);
        });
      }
      case "bfe" -> {
        int d = x.longOut(0);
        int from = x.longIn(1);
        int position = x.intIn(2);
        int length = x.intIn(3);
        yield x.done((w, lanes) -> {
          long[] t = w.longTarget(d, lanes);
          for (int k = 0; k < Warp.LANES; k++) {
            t[k] = Integers.extract(w.longs[from][k], w.ints[position][k] & 255, w.ints[length][k] & 255, 64, signed);
          }
          w.settle(d, lanes, t);
        });
      }
      default -> null;
    };
  }

  private static Step oneLong(Instruction x, Step.Longs1 f) {
    return x.done(Step.longs(x.longOut(0), x.longIn(1), f));
  }

  private static Step twoLong(Instruction x, Step.Longs2 f) {
    return x.done(Step.longs(x.longOut(0), x.longIn(1), x.longIn(2), f));
  }

  private static Step shift(Instruction x, Step.Shift f) {
    return x.done(Step.shift(x.longOut(0), x.longIn(1), x.intIn(2), f));
  }
}
