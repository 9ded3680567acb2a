package dlt.backend;

import java.util.Arrays;
import java.util.BitSet;

/// The cheapest way to sort things into two sides, where a thing may cost something on either side and two of them something
/// if they are apart: a minimum cut, found as the flow that fills it (Edmonds and Karp, "Theoretical improvements in
/// algorithmic efficiency for network flow problems", 1972).
final class MinimumCut {
  /// A cost that is never paid.
  static final long NEVER = Long.MAX_VALUE / 4;

  private final int things;
  /// Edges in pairs, there and back; `capacity` is what can still flow.
  private int[] to = new int[64];
  private int[] next = new int[64];
  private long[] capacity = new long[64];
  private int edges;
  private final int[] first;

  /// `things` are numbered from 0 on. The last two vertices are the first side's and the second side's.
  MinimumCut(int things) {
    this.things = things;
    this.first = new int[things + 2];
    Arrays.fill(first, -1);
  }

  /// What `thing` costs on the first side.
  void onFirst(int thing, long cost) {
    edge(thing, things + 1, cost, 0);
  }

  /// What `thing` costs on the second side.
  void onSecond(int thing, long cost) {
    edge(things, thing, cost, 0);
  }

  /// What it costs if `a` and `b` are on different sides.
  void apart(int a, int b, long cost) {
    edge(a, b, cost, cost);
  }

  private void edge(int a, int b, long forth, long back) {
    if (edges + 2 > to.length) {
      to = Arrays.copyOf(to, 2 * edges);
      next = Arrays.copyOf(next, 2 * edges);
      capacity = Arrays.copyOf(capacity, 2 * edges);
    }
    half(a, b, forth);
    half(b, a, back);
  }

  private void half(int a, int b, long most) {
    to[edges] = b;
    next[edges] = first[a];
    capacity[edges] = most;
    first[a] = edges++;
  }

  /// The things on the second side. Those that cost the same on either are on the second one.
  BitSet second() {
    int[] came = new int[things + 2];
    while (reach(came)) {
      long flow = NEVER;
      for (int v = things + 1; v != things; v = to[came[v] ^ 1]) {
        flow = Math.min(flow, capacity[came[v]]);
      }
      for (int v = things + 1; v != things; v = to[came[v] ^ 1]) {
        capacity[came[v]] -= flow;
        capacity[came[v] ^ 1] += flow;
      }
    }
    BitSet second = new BitSet();
    for (int v = 0; v < things; v++) {
      second.set(v, came[v] < 0);
    }
    return second;
  }

  /// Searches the shortest way from the first side to the second: `came` is the edge by which each vertex was reached, or -1.
  private boolean reach(int[] came) {
    Arrays.fill(came, -1);
    int[] queue = new int[things + 2];
    int end = 1;
    queue[0] = things;
    came[things] = edges;
    for (int at = 0; at < end && came[things + 1] < 0; at++) {
      for (int e = first[queue[at]]; e >= 0; e = next[e]) {
        if (capacity[e] > 0 && came[to[e]] < 0) {
          came[to[e]] = e;
          queue[end++] = to[e];
        }
      }
    }
    return came[things + 1] >= 0;
  }
}
