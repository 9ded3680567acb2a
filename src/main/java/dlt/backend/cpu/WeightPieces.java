package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Moves weights between a tensor and pieces of panels that a core's cache keeps until they are used: a piece holds some source
/// channels of a panel of `lanes` result channels as [tap][source channel][lane], with room for `room` source channels. Lanes without a
/// channel hold anything. In the tensor there are `perResult` and `perSource` floats from one channel to the next, and a channel's taps lie
/// side by side; `slots` says which tap of a piece each of them is.
record WeightPieces(int results, int sources, long perResult, long perSource, int[] slots, int lanes, int room) {
  /// Weights of a row that a kernel moves at a time, about.
  private static final int ELEMENTS = 144;

  /// Moves source channels `first` to `end - 1`, as many as there is room for or the last ones, of a panel.
  @FunctionalInterface
  interface Mover {
    void move(int panel, int first, int end, long piece);
  }

  int panels() {
    return Math.ceilDiv(results, lanes);
  }

  /// Bytes of a piece.
  long bytes() {
    return tap() * slots.length;
  }

  /// Bytes from tap to tap.
  long tap() {
    return 4L * room * lanes;
  }

  /// From the tensor to pieces, or back.
  Mover mover(Target target, MemorySegment tensor, boolean toPieces) {
    if (tensor.byteSize() != 4L * results * sources * slots.length) {
      throw new IllegalArgumentException(tensor.byteSize() + " bytes met " + this);
    }
    int chunk = perSource == slots.length ? Math.clamp(ELEMENTS / slots.length, 1, room) : 1;
    int vectors = Math.ceilDiv(results, target.lanes());
    Kernel[][] whole = kernels(target, chunk, toPieces);
    return (panel, first, end, piece) -> {
      for (int v = 0; v < lanes / target.lanes(); v++) {
        int vector = panel * (lanes / target.lanes()) + v;
        if (vector == vectors) {
          break;
        }
        Kernel[] kernels = whole[vector == vectors - 1 ? 1 : 0];
        long row = tensor.address() + 4 * ((long) vector * target.lanes() * perResult + first * perSource);
        long to = piece + 4L * v * target.lanes();
        int times = (end - first) / chunk;
        int rest = (end - first) % chunk;
        if (times > 0) {
          kernels[chunk].call(row, to, times);
        }
        if (rest > 0) {
          kernels[rest].call(row + 4 * times * chunk * perSource, to + 4L * times * chunk * lanes, 1);
        }
      }
    };
  }

  /// By whether it is the last vector of result channels, for `chunk` source channels and for what is left of pieces.
  private Kernel[][] kernels(Target target, int chunk, boolean toPieces) {
    Kernel[][] kernels = new Kernel[2][chunk + 1];
    int last = results - (Math.ceilDiv(results, target.lanes()) - 1) * target.lanes();
    for (int count : new int[] {chunk, room % chunk, sources % room % chunk}) {
      if (count > 0) {
        kernels[0][count] = kernel(count, target.lanes(), toPieces).compile(target);
        kernels[1][count] = kernel(count, last, toPieces).compile(target);
      }
    }
    return kernels;
  }

  private LaneTranspose.Scattered kernel(int count, int rows, boolean toPieces) {
    List<Long> vectors = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      for (int slot : slots) {
        vectors.add(4L * (slot * room + s) * lanes);
      }
    }
    return new LaneTranspose.Scattered(toPieces, rows, 4 * perResult, vectors, 4 * count * perSource, 4L * count * lanes);
  }
}
