package dlt.sweep;

import dlt.tensor.Philox;
import java.util.ArrayList;
import java.util.List;

/// How dense trials lie: a Parzen estimate with a kernel at each trial, over all parameters together, and an even one over
/// the whole, so that nothing is ruled out. Along a number a kernel is normal and cut off at the ends, narrower the more
/// trials there are (Scott's rule); along a list it mostly keeps its place. Along a parameter that a trial lacks it is even.
final class Density {
  private static final double WIDTH = 0.1, ELSEWHERE = 0.6, ROOT = StrictMath.sqrt(2 * StrictMath.PI);

  private final List<Domain> domains;
  private final List<Trial> centres;
  private final double scale;

  Density(List<Domain> domains, List<Trial> centres) {
    this.domains = domains;
    this.centres = centres;
    this.scale = WIDTH * StrictMath.pow(Math.max(1, centres.size()), -1.0 / (domains.size() + 4));
  }

  /// The logarithm of the density at `point`.
  double logAt(List<Double> point) {
    double sum = 1;
    for (Trial centre : centres) {
      double product = 1;
      for (int i = 0; i < domains.size(); i++) {
        product *= ratio(i, centre.coordinates().get(i), point.get(i));
      }
      sum += product;
    }
    return StrictMath.log(sum / (centres.size() + 1));
  }

  /// A kernel's density along one parameter over the even one's.
  private double ratio(int i, double centre, double x) {
    Domain d = domains.get(i);
    if (Double.isNaN(centre)) {
      return 1;
    }
    if (d.categorical()) {
      double places = d.to() + 1;
      return x == centre ? (1 - ELSEWHERE) * places + ELSEWHERE : ELSEWHERE;
    }
    double z = (x - centre) / width(i);
    double range = high(d) - low(d);
    return range * StrictMath.exp(-z * z / 2) / (width(i) * ROOT * (share(i, centre, high(d)) - share(i, centre, low(d))));
  }

  private double width(int i) {
    Domain d = domains.get(i);
    double least = d instanceof Domain.Int ? 0.5 : 0;
    return Math.max(least, scale * (high(d) - low(d)));
  }

  // a whole number stands for the interval that rounds to it
  private static double low(Domain d) {
    return d instanceof Domain.Int ? d.from() - 0.5 : d.from();
  }

  private static double high(Domain d) {
    return d instanceof Domain.Int ? d.to() + 0.5 : d.to();
  }

  /// The share of a kernel below `x`.
  private double share(int i, double centre, double x) {
    return normal((x - centre) / width(i));
  }

  /// The standard normal distribution function, to about 1e-7 (Abramowitz and Stegun 26.2.17).
  private static double normal(double z) {
    double t = 1 / (1 + 0.2316419 * Math.abs(z));
    double tail = StrictMath.exp(-z * z / 2) / ROOT
        * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return z > 0 ? 1 - tail : tail;
  }

  /// A point of this density, from the numbers of `random` from `draw` on, two for each parameter and one more.
  List<Double> draw(Philox random, long draw) {
    int kernel = (int) (random.uniformDouble(draw++) * (centres.size() + 1));
    List<Double> point = new ArrayList<>();
    for (int i = 0; i < domains.size(); i++, draw += 2) {
      double centre = kernel == centres.size() ? Double.NaN : centres.get(kernel).coordinates().get(i);
      point.add(near(i, centre, random.uniformDouble(draw), random.uniformDouble(draw + 1)));
    }
    return point;
  }

  private double near(int i, double centre, double u, double v) {
    Domain d = domains.get(i);
    if (Double.isNaN(centre)) {
      return d.at(u);
    }
    if (d.categorical()) {
      return v < ELSEWHERE ? d.at(u) : centre;
    }
    // by bisection: the distribution function of the kernel cut off at the ends
    double from = share(i, centre, low(d));
    double wanted = from + u * (share(i, centre, high(d)) - from);
    double a = low(d);
    double b = high(d);
    for (int k = 0; k < 60; k++) {
      double middle = (a + b) / 2;
      if (share(i, centre, middle) < wanted) {
        a = middle;
      } else {
        b = middle;
      }
    }
    return Math.clamp(d instanceof Domain.Int ? Math.rint(a) : a, d.from(), d.to());
  }
}
