package dlt.backend.cuda.software;

/// One instruction of a [Code], run by the lanes of a warp whose bits are set. `lanes` is never 0.
@FunctionalInterface
interface Step {
  void run(Warp warp, int lanes);

  /// 32 results of 32 bits each. The functions below compute all lanes, wanted or not, in one plain loop, so that C2 can vectorise it;
  /// the steps made of them keep the wanted ones.
  interface Ints1 {
    void apply(int[] d, int[] a);
  }

  interface Ints2 {
    void apply(int[] d, int[] a, int[] b);
  }

  interface Ints3 {
    void apply(int[] d, int[] a, int[] b, int[] c);
  }

  interface Longs1 {
    void apply(long[] d, long[] a);
  }

  interface Longs2 {
    void apply(long[] d, long[] a, long[] b);
  }

  interface Longs3 {
    void apply(long[] d, long[] a, long[] b, long[] c);
  }

  interface IntsToLongs {
    void apply(long[] d, int[] a);
  }

  interface LongsToInts {
    void apply(int[] d, long[] a);
  }

  interface Widening2 {
    void apply(long[] d, int[] a, int[] b);
  }

  interface Widening3 {
    void apply(long[] d, int[] a, int[] b, long[] c);
  }

  interface Shift {
    void apply(long[] d, long[] a, int[] b);
  }

  /// Bit k of the result says what holds for lane k.
  interface IntsTest {
    int apply(int[] a, int[] b);
  }

  interface LongsTest {
    int apply(long[] a, long[] b);
  }

  static Step ints(int d, int a, Ints1 f) {
    return (w, lanes) -> {
      int[] t = w.intTarget(d, lanes);
      f.apply(t, w.ints[a]);
      w.settle(d, lanes, t);
    };
  }

  static Step ints(int d, int a, int b, Ints2 f) {
    return (w, lanes) -> {
      int[] t = w.intTarget(d, lanes);
      f.apply(t, w.ints[a], w.ints[b]);
      w.settle(d, lanes, t);
    };
  }

  static Step ints(int d, int a, int b, int c, Ints3 f) {
    return (w, lanes) -> {
      int[] t = w.intTarget(d, lanes);
      f.apply(t, w.ints[a], w.ints[b], w.ints[c]);
      w.settle(d, lanes, t);
    };
  }

  static Step longs(int d, int a, Longs1 f) {
    return (w, lanes) -> {
      long[] t = w.longTarget(d, lanes);
      f.apply(t, w.longs[a]);
      w.settle(d, lanes, t);
    };
  }

  static Step longs(int d, int a, int b, Longs2 f) {
    return (w, lanes) -> {
      long[] t = w.longTarget(d, lanes);
      f.apply(t, w.longs[a], w.longs[b]);
      w.settle(d, lanes, t);
    };
  }

  static Step longs(int d, int a, int b, int c, Longs3 f) {
    return (w, lanes) -> {
      long[] t = w.longTarget(d, lanes);
      f.apply(t, w.longs[a], w.longs[b], w.longs[c]);
      w.settle(d, lanes, t);
    };
  }

  static Step longsOfInts(int d, int a, IntsToLongs f) {
    return (w, lanes) -> {
      long[] t = w.longTarget(d, lanes);
      f.apply(t, w.ints[a]);
      w.settle(d, lanes, t);
    };
  }

  static Step intsOfLongs(int d, int a, LongsToInts f) {
    return (w, lanes) -> {
      int[] t = w.intTarget(d, lanes);
      f.apply(t, w.longs[a]);
      w.settle(d, lanes, t);
    };
  }

  static Step wide(int d, int a, int b, Widening2 f) {
    return (w, lanes) -> {
      long[] t = w.longTarget(d, lanes);
      f.apply(t, w.ints[a], w.ints[b]);
      w.settle(d, lanes, t);
    };
  }

  static Step wide(int d, int a, int b, int c, Widening3 f) {
    return (w, lanes) -> {
      long[] t = w.longTarget(d, lanes);
      f.apply(t, w.ints[a], w.ints[b], w.longs[c]);
      w.settle(d, lanes, t);
    };
  }

  static Step shift(int d, int a, int b, Shift f) {
    return (w, lanes) -> {
      long[] t = w.longTarget(d, lanes);
      f.apply(t, w.longs[a], w.ints[b]);
      w.settle(d, lanes, t);
    };
  }
}
