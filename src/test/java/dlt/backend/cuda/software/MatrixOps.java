package dlt.backend.cuda.software;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import java.util.List;

/// ldmatrix and mma.sync, with the fragment layouts of the PTX ISA. In what order a GPU adds up the products of an mma is not said; here
/// they are exact, added in order of k in double precision, then to the accumulator, and rounded once. All 32 lanes have to take part.
final class MatrixOps {
  private static final int ALL = -1;

  private MatrixOps() {}

  /// ldmatrix.sync.aligned.m8n8.xN{.trans}.shared.b16: lane i says where row i % 8 of matrix i / 8 lies; register j of lane l gets two
  /// neighbours of row l / 4 of matrix j (of column l / 4 with .trans).
  static Step load(Instruction x) {
    boolean known = x.take("sync") & x.take("aligned") & x.take("m8n8") & (x.take("shared") | x.take("shared::cta")) & x.take("b16");
    int count = x.take("x1") ? 1 : x.take("x2") ? 2 : x.take("x4") ? 4 : 0;
    boolean transposed = x.take("trans");
    if (!known || count == 0) {
      throw x.refused();
    }
    int[] d = registers(x, 0, count);
    Access from = Access.of(x, "b8", 0, x.operand(1), new Ptx.Vector(List.of()), false);
    return x.done((w, lanes) -> {
      if (!w.gathered(lanes, ALL)) {
        return;
      }
      SharedMemory s = w.block.shared();
      int[] rows = w.rows;
      for (int k = 0; k < 8 * count; k++) {
        rows[k] = s.read(w, k, from.address(w, k), 16);
      }
      for (int j = 0; j < count; j++) {
        int[] t = w.ints[d[j]];
        for (int k = 0; k < Warp.LANES; k++) {
          if (transposed) {
            int at = 2 * (k / 4);
            int low = (short) Access.SHORT.get(s.bytes, rows[8 * j + k % 4 * 2] + at) & 0xFFFF;
            int high = (short) Access.SHORT.get(s.bytes, rows[8 * j + k % 4 * 2 + 1] + at);
            t[k] = high << 16 | low;
          } else {
            t[k] = (int) Access.INT.get(s.bytes, rows[8 * j + k / 4] + 4 * (k % 4));
          }
        }
      }
    });
  }

  /// mma.sync.aligned.m16n8kK.row.col.f32.T.T.f32 with T tf32 (K 4, 8), bf16 or f16 (K 8, 16).
  static Step multiply(Instruction x) {
    boolean known = x.take("sync") & x.take("aligned") & x.take("row") & x.take("col") & x.take("f32") & x.take("f32");
    String type = x.takeOne("", "tf32", "bf16", "f16");
    String shape = x.takeOne("", "m16n8k4", "m16n8k8", "m16n8k16");
    if (!known || type.isEmpty() || shape.isEmpty() || !x.take(type)) {
      throw x.refused();
    }
    int depth = Integer.parseInt(shape.substring(6));
    int per = type.equals("tf32") ? 1 : 2;      // elements of a register
    int blocks = depth / (4 * per);             // of 4 lanes' registers along k
    if (blocks < 1 || blocks > 2) {
      throw x.refused();
    }
    int[] d = registers(x, 0, 4);
    int[] a = registers(x, 1, 2 * blocks);
    int[] b = registers(x, 2, blocks);
    int[] c = registers(x, 3, 4);
    return x.done((w, lanes) -> {
      if (!w.gathered(lanes, ALL)) {
        return;
      }
      float[] left = w.left;
      float[] right = w.right;
      for (int k = 0; k < Warp.LANES; k++) {
        int group = k / 4;
        int within = k % 4 * per;
        for (int e = 0; e < per; e++) {
          for (int i = 0; i < 2 * blocks; i++) {
            left[(group + (i & 1) * 8) * depth + within + e + (i >> 1) * 4 * per] = element(type, w.ints[a[i]][k], e);
          }
          for (int i = 0; i < blocks; i++) {
            right[group * depth + within + e + i * 4 * per] = element(type, w.ints[b[i]][k], e);
          }
        }
      }
      for (int k = 0; k < Warp.LANES; k++) {
        for (int i = 0; i < 4; i++) {
          int row = (k / 4 + (i >> 1) * 8) * depth;
          int column = (k % 4 * 2 + (i & 1)) * depth;
          double sum = 0;
          for (int e = 0; e < depth; e++) {
            sum += (double) left[row + e] * right[column + e];
          }
          w.sums[i][k] = floatToRawIntBits((float) (sum + intBitsToFloat(w.ints[c[i]][k])));
        }
      }
      for (int i = 0; i < 4; i++) {
        System.arraycopy(w.sums[i], 0, w.ints[d[i]], 0, Warp.LANES);
      }
    });
  }

  private static float element(String type, int register, int e) {
    return switch (type) {
      case "tf32" -> intBitsToFloat(register & ~0x1FFF);      // the hardware does not look at the lower bits
      case "bf16" -> intBitsToFloat(e == 0 ? register << 16 : register & 0xFFFF_0000);
      default -> Float.float16ToFloat((short) (register >> 16 * e));
    };
  }

  private static int[] registers(Instruction x, int operand, int count) {
    if (!(x.operand(operand) instanceof Ptx.Vector(List<Ptx.Operand> parts)) || parts.size() != count) {
      throw x.refused();
    }
    return parts.stream().mapToInt(p -> operand == 0 ? x.out(p, Ptx.Kind.INT) : x.in(p, Ptx.Kind.INT, "f32")).toArray();
  }
}
