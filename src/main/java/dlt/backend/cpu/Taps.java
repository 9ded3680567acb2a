package dlt.backend.cpu;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/// How a window moves over one axis of an image: result `r` under kernel position `k` reads pixel
/// `r * stride + k * dilation - pad`, which may lie outside `0 .. in - 1`: then it is padding.
record Taps(int in, int out, int kernel, int stride, int pad, int dilation) {
  /// The pixel that result `r` reads under kernel position `k`.
  int pixel(int r, int k) {
    return r * stride + k * dilation - pad;
  }

  boolean inside(int r, int k) {
    int p = pixel(r, k);
    return p >= 0 && p < in;
  }

  /// Pixels from the first to the last that a result may read.
  int reach() {
    return (int) Math.min(in, (kernel - 1L) * dilation + 1);
  }

  /// The first result that reads a pixel and not padding under kernel position `k`.
  int firstResult(int k) {
    return Math.clamp(-Math.floorDiv(k * dilation - pad, stride), 0, out);
  }

  /// One past the last result that reads a pixel and not padding under kernel position `k`; at least [#firstResult].
  int endResult(int k) {
    return Math.clamp(Math.floorDiv(in - 1 + pad - k * dilation, stride) + 1, firstResult(k), out);
  }

  /// The results that read a pixel and not padding, by kernel position.
  List<Reach> kernelReaches() {
    return IntStream.range(0, kernel).mapToObj(k -> new Reach(firstResult(k), endResult(k))).toList();
  }

  /// The first kernel position under which result `r` reads a pixel and not padding.
  int firstTap(int r) {
    return Math.clamp(-Math.floorDiv(r * stride - pad, dilation), 0, kernel);
  }

  /// One past the last kernel position under which result `r` reads a pixel; at least [#firstTap].
  int endTap(int r) {
    return Math.clamp(Math.floorDiv(in - 1 + pad - r * stride, dilation) + 1, firstTap(r), kernel);
  }

  /// Kernel position `k` together with the place on the other side that it leads to.
  record Tap(int k, int place) {}

  /// For each result the pixels that it reads, by kernel position.
  List<List<Tap>> pixels() {
    List<List<Tap>> all = new ArrayList<>(out); // no streams: there are hundreds of results
    for (int r = 0; r < out; r++) {
      List<Tap> taps = new ArrayList<>(kernel);
      for (int k = 0; k < kernel; k++) {
        if (inside(r, k)) {
          taps.add(new Tap(k, pixel(r, k)));
        }
      }
      all.add(List.copyOf(taps));
    }
    return Collections.unmodifiableList(all);
  }

  /// For each pixel the results that read it, by kernel position.
  List<List<Tap>> results() {
    List<List<Tap>> all = new ArrayList<>(in);
    for (int p = 0; p < in; p++) {
      List<Tap> taps = new ArrayList<>();
      for (int k = 0; k < kernel; k++) {
        int r = Math.floorDiv(p + pad - k * dilation, stride);
        if (r >= 0 && r < out && pixel(r, k) == p) {
          taps.add(new Tap(k, r));
        }
      }
      all.add(List.copyOf(taps));
    }
    return Collections.unmodifiableList(all);
  }

  /// From one kernel position under which a result reads a given pixel to the next one.
  int tapStep() {
    return stride / BigInteger.valueOf(stride).gcd(BigInteger.valueOf(dilation)).intValue();
  }

  /// Equal results of one axis: `count` of them, `first`, `first + step` and so on. The first one takes from the places
  /// `source`, `source + tapStep` and so on, under the kernel positions `kernel`; the next ones from `sourceStep` further on.
  /// Places may lie outside the axis: there are zeros. After each result come `zeros` others that take from nowhere.
  record Phase(int first, int count, int step, int zeros, int source, int sourceStep, int tapStep, List<Integer> kernel) {
    /// Which of the results `start .. start + count - 1` of this phase take from a place inside `0 .. size - 1`, by tap.
    List<Reach> reaches(int start, int count, int size) {
      return IntStream.range(0, kernel.size()).mapToObj(t -> {
        int place = source + start * sourceStep + t * tapStep;
        int from = Math.clamp(-Math.floorDiv(place, sourceStep), 0, count);
        return new Reach(from, Math.clamp(Math.floorDiv(size - 1 - place, sourceStep) + 1, from, count));
      }).toList();
    }
  }

  /// Results `from .. end - 1` of some neighbours.
  record Reach(int from, int end) {
    boolean empty() {
      return from == end;
    }

    boolean has(int result) {
      return from <= result && result < end;
    }
  }

  /// Results from the pixels that they read.
  List<Phase> pixelPhases() {
    return List.of(new Phase(0, out, 1, 0, -pad, stride, dilation, IntStream.range(0, kernel).boxed().toList()));
  }

  /// Pixels from the results that read them: one phase for each remainder of the pixel by the stride, or a single one where the others
  /// would be without taps.
  List<Phase> resultPhases() {
    List<Phase> phases = IntStream.range(0, Math.min(stride, in)).mapToObj(p -> {
      List<Integer> positions = IntStream.range(0, kernel).filter(k -> Math.floorMod(p + pad - k * dilation, stride) == 0)
          .boxed().toList().reversed();
      int source = positions.isEmpty() ? 0 : Math.floorDiv(p + pad - positions.getFirst() * dilation, stride);
      return new Phase(p, Math.ceilDiv(in - p, stride), stride, 0, source, 1, dilation * tapStep() / stride, positions);
    }).toList();
    Phase first = phases.getFirst();
    return in % stride == 0 && phases.stream().skip(1).allMatch(p -> p.kernel.isEmpty())
        ? List.of(new Phase(0, first.count, stride, stride - 1, first.source, 1, first.tapStep, first.kernel)) : phases;
  }
}
