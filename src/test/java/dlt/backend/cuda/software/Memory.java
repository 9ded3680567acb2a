package dlt.backend.cuda.software;

import java.util.Arrays;

/// ld and st in each space.
final class Memory {
  /// How caches should treat an access: of no consequence here.
  private static final String[] HINTS = {"nc", "ca", "cg", "cs", "lu", "cv", "wb", "wt", "volatile", "L1::evict_normal", "L1::evict_unchanged",
      "L1::evict_first", "L1::evict_last", "L1::no_allocate", "L2::64B", "L2::128B", "L2::256B"};

  private Memory() {}

  static Step load(Instruction x) {
    String type = x.takeLast();
    int count = vector(x);
    hints(x);
    String space = space(x);
    Access a = Access.of(x, type, count, x.operand(1), x.operand(0), true);
    return x.done(switch (space) {
      case "global", "const" -> (w, lanes) -> {
        for (int m = lanes; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          global(a, w, k, a.address(w, k));
        }
      };
      case "shared" -> (w, lanes) -> shared(a, w, lanes);
      case "local" -> (w, lanes) -> {
        for (int m = lanes; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          a.load(w, k, w.local, local(a, w, k, a.address(w, k)));
        }
      };
      case "param" -> (w, lanes) -> {
        a.addresses(w, w.addresses);
        for (int m = lanes; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          int first = Integer.numberOfTrailingZeros(lanes);
          if (k > first && w.addresses[k] == w.addresses[first]) {
            a.copy(w, first, k);
          } else {
            param(a, w, k, w.addresses[k]);
          }
        }
      };
      default -> (w, lanes) -> {
        for (int m = lanes; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          long address = a.address(w, k);
          switch ((int) (address >> 32)) {
            case 1 -> shared(a, w, k, address - Grid.SHARED);
            case 2 -> a.load(w, k, w.local, local(a, w, k, address - Grid.LOCAL));
            case 3 -> param(a, w, k, address - Grid.PARAM);
            default -> global(a, w, k, address);
          }
        }
      };
    });
  }

  static Step store(Instruction x) {
    String type = x.takeLast();
    int count = vector(x);
    hints(x);
    String space = space(x);
    Access a = Access.of(x, type, count, x.operand(0), x.operand(1), false);
    return x.done(switch (space) {
      case "global" -> (w, lanes) -> {
        for (int m = lanes; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          storeGlobal(a, w, k, a.address(w, k));
        }
      };
      case "shared" -> (w, lanes) -> {
        for (int m = lanes; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          storeShared(a, w, k, a.address(w, k));
        }
      };
      case "local" -> (w, lanes) -> {
        for (int m = lanes; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          a.store(w, k, w.local, local(a, w, k, a.address(w, k)));
        }
      };
      case "" -> (w, lanes) -> {
        for (int m = lanes; m != 0; m &= m - 1) {
          int k = Integer.numberOfTrailingZeros(m);
          long address = a.address(w, k);
          switch ((int) (address >> 32)) {
            case 1 -> storeShared(a, w, k, address - Grid.SHARED);
            case 2 -> a.store(w, k, w.local, local(a, w, k, address - Grid.LOCAL));
            default -> storeGlobal(a, w, k, address);
          }
        }
      };
      default -> throw x.refused();
    });
  }

  static int vector(Instruction x) {
    return x.take("v2") ? 2 : x.take("v4") ? 4 : 1;
  }

  private static void hints(Instruction x) {
    for (String h : HINTS) {
      x.take(h);
    }
  }

  /// The space that an instruction names, or the empty text where addresses are generic.
  static String space(Instruction x) {
    String r = x.takeOne("", "global", "const", "shared::cta", "shared", "local", "param");
    return r.equals("shared::cta") ? "shared" : r;
  }

  private static void global(Access a, Warp w, int lane, long address) {
    Allocation x = place(a, w, lane, address);
    int at = (int) (address - x.address);
    x.read(w, lane, at, a.bytes);
    a.load(w, lane, x.bytes, at);
  }

  private static void storeGlobal(Access a, Warp w, int lane, long address) {
    Allocation x = place(a, w, lane, address);
    if (x.constant) {
      throw Fault.at(w, lane, "writes constant memory");
    }
    int at = (int) (address - x.address);
    x.write(w, lane, at, a.bytes);
    a.store(w, lane, x.bytes, at);
  }

  /// The allocation that holds an access, which has to be aligned.
  static Allocation place(Access a, Warp w, int lane, long address) {
    Allocation x = a.allocation(w, lane, address, a.bytes);
    if ((address & (a.bytes - 1)) != 0) {
      throw Fault.at(w, lane, "address 0x" + Long.toHexString(address) + " is not a multiple of " + a.bytes);
    }
    return x;
  }

  /// Lanes that read the same place, as most do in products of matrices, get it from the first of them.
  private static void shared(Access a, Warp w, int lanes) {
    long[] addresses = w.addresses;
    a.addresses(w, addresses);
    int[] readers = w.readers;
    Arrays.fill(readers, -1);
    for (int m = lanes; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      long address = addresses[k];
      int place = (int) (address / a.bytes) & (Warp.LANES - 1);
      int first = readers[place];
      if (first >= 0 && addresses[first] == address && w.block.shared().readAgain(w, address, a.bytes)) {
        a.copy(w, first, k);
      } else {
        shared(a, w, k, address);
        readers[place] = k;
      }
    }
  }

  private static void shared(Access a, Warp w, int lane, long address) {
    SharedMemory s = w.block.shared();
    a.load(w, lane, s.bytes, s.read(w, lane, address, a.bytes));
  }

  private static void storeShared(Access a, Warp w, int lane, long address) {
    SharedMemory s = w.block.shared();
    int at = s.place(w, lane, address, a.bytes);
    s.write(w, lane, at, a.bytes, a);
    a.store(w, lane, s.bytes, at);
  }

  private static int local(Access a, Warp w, int lane, long address) {
    int size = w.block.code().localBytes();
    if (address < 0 || address > size - a.bytes) {
      throw Fault.at(w, lane, "local address " + address + " of " + a.bytes + " bytes is outside of the thread's " + size);
    }
    if ((address & (a.bytes - 1)) != 0) {
      throw Fault.at(w, lane, "local address " + address + " is not a multiple of " + a.bytes);
    }
    return lane * size + (int) address;
  }

  private static void param(Access a, Warp w, int lane, long address) {
    byte[] argument = w.block.grid().argument();
    if (address < 0 || address > argument.length - a.bytes || (address & (a.bytes - 1)) != 0) {
      throw Fault.at(w, lane, "offset " + address + " of " + a.bytes + " bytes into an argument of " + argument.length + " bytes");
    }
    a.load(w, lane, argument, (int) address);
  }
}
