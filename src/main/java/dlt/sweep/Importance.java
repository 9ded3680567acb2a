package dlt.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How much of the trials' success goes with one parameter alone: the share of the variance of their ranks that lies between
/// groups of its values. It is the correlation ratio in the unbiased form of T. L. Kelley ("An unbiased correlation ratio
/// measure", 1935; epsilon squared), over the trials in which the parameter is varied. A list's values are groups, numbers
/// make groups of equal size. NaN where there are too few trials to tell. What parameters do only together is in none.
public record Importance(String parameter, double share) {
  private static final int PER_GROUP = 5, MOST_GROUPS = 5;

  /// Of each parameter of `results`, the most important first.
  public static List<Importance> of(SweepResults results) {
    List<Importance> r = new ArrayList<>();
    double[] ranks = ranks(results.standings());
    List<Map.Entry<String, Parameter>> parameters = List.copyOf(results.sweep().parameters().entrySet());
    for (int p = 0; p < parameters.size(); p++) {
      List<double[]> points = new ArrayList<>();
      for (int i = 0; i < ranks.length; i++) {
        double coordinate = results.standings().get(i).trial().coordinates().get(p);
        if (!Double.isNaN(coordinate)) {
          points.add(new double[] {coordinate, ranks[i]});
        }
      }
      r.add(new Importance(parameters.get(p).getKey(), share(groups(points, parameters.get(p).getValue().domain().categorical()))));
    }
    r.sort((a, b) -> Double.compare(Double.isNaN(b.share) ? -1 : b.share, Double.isNaN(a.share) ? -1 : a.share));
    return r;
  }

  /// The places of trials that are sorted from best to worst; those that failed share the last ones.
  private static double[] ranks(List<Standing> sorted) {
    int scored = (int) sorted.stream().filter(s -> s.failed().isEmpty()).count();
    double last = (scored + sorted.size() - 1) / 2.0;
    double[] r = new double[sorted.size()];
    int place = 0;
    for (int i = 0; i < r.length; i++) {
      r[i] = sorted.get(i).failed().isPresent() ? last : place++;
    }
    return r;
  }

  private static List<double[]> groups(List<double[]> points, boolean categorical) {
    Map<Double, List<Double>> byValue = new TreeMap<>();
    points.forEach(p -> byValue.computeIfAbsent(p[0], _ -> new ArrayList<>()).add(p[1]));
    if (categorical || byValue.size() <= MOST_GROUPS) {
      return byValue.values().stream().map(Importance::array).toList();
    }
    int count = Math.clamp(points.size() / PER_GROUP, 2, MOST_GROUPS);
    List<List<Double>> r = new ArrayList<>();
    int before = 0;
    for (List<Double> equal : byValue.values()) { // equal values stay together
      int group = before * count / points.size();
      while (r.size() <= group) {
        r.add(new ArrayList<>());
      }
      r.get(group).addAll(equal);
      before += equal.size();
    }
    return r.stream().filter(g -> !g.isEmpty()).map(Importance::array).toList();
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double share(List<double[]> groups) {
    double[] all = groups.stream().flatMapToDouble(Arrays::stream).toArray();
    int n = all.length;
    int k = groups.size();
    double total = squares(all);
    if (k < 2 || n <= k || total == 0) {
      return Double.NaN;
    }
    double within = groups.stream().mapToDouble(Importance::squares).sum();
    return Math.max(0, (total - within - (k - 1) * within / (n - k)) / total);
  }

  private static double squares(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
  }
}
