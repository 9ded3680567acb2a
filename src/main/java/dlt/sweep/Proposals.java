package dlt.sweep;

import dlt.tensor.Philox;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Chooses the values of trials: a function of the sweep, the seed and the scores of earlier trials alone.
final class Proposals {
  /// The share of trials that count as good.
  private static final double GOOD = 0.25;

  private final Sweep sweep;
  private final List<Domain> domains;
  private final long seed;

  Proposals(Sweep sweep, long seed) {
    this.sweep = sweep;
    this.domains = sweep.parameters().values().stream().map(Parameter::domain).toList();
    this.seed = seed;
  }

  /// All trials of a grid, those with conditions that do not hold only once; the first point of the others.
  List<Trial> grid() {
    List<Trial> r = new ArrayList<>();
    Set<List<Double>> met = new HashSet<>();
    double[][] grids = domains.stream().map(Domain::grid).toArray(double[][]::new);
    int[] at = new int[grids.length];
    while (true) {
      List<Double> point = IntStream.range(0, at.length).mapToObj(i -> grids[i][at[i]]).toList();
      Trial trial = Trial.of(sweep, r.size(), point);
      if (met.add(trial.coordinates())) {
        r.add(trial);
      }
      int i = at.length - 1;
      while (i >= 0 && ++at[i] == grids[i].length) {
        at[i--] = 0;
      }
      if (i < 0) {
        return r;
      }
    }
  }

  /// Trial `number` at random.
  Trial random(int number) {
    Philox random = draws(number);
    List<Double> point = new ArrayList<>();
    for (int i = 0; i < domains.size(); i++) {
      point.add(domains.get(i).at(random.uniformDouble(i)));
    }
    return Trial.of(sweep, number, point);
  }

  private Philox draws(int number) {
    return new Philox(seed, Philox.Purpose.SWEEP.stream(0), number);
  }

  /// Trial `number` after the trials `bestFirst`: the candidate, drawn around the good ones, where good trials are densest
  /// compared with the others.
  Trial tpe(int number, Method.Tpe method, List<Trial> bestFirst) {
    if (number < method.random() || bestFirst.size() < 2) {
      return random(number);
    }
    int good = (int) Math.ceil(bestFirst.size() * GOOD);
    Density near = new Density(domains, bestFirst.subList(0, good));
    Density far = new Density(domains, bestFirst.subList(good, bestFirst.size()));
    Philox random = draws(number);
    List<Double> best = List.of();
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < method.candidates(); c++) {
      List<Double> point = near.draw(random, (long) c * (2 * domains.size() + 1));
      double promise = near.logAt(point) - far.logAt(point);
      if (promise > most) {
        most = promise;
        best = point;
      }
    }
    return Trial.of(sweep, number, best);
  }
}
