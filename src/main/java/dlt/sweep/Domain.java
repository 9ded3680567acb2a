package dlt.sweep;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.config.YamlNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/// The values that a parameter may take. Each has a coordinate: the number or its logarithm, or the place in the list.
@Doc("The values that a parameter may take.")
public sealed interface Domain {
  /// The least and the greatest number.
  record Ends(@Doc("The least.") double low, @Doc("The greatest.") double high) {
    public Ends {
      if (!(low < high)) {
        throw new Invalid("high", Double.toString(high), "more than the least, " + low);
      }
    }
  }

  @Doc("A number, its logarithm even between the ends.")
  record Log(
      @Doc("The least and the greatest.") Ends between,
      @Doc("How many a grid takes, the ends among them.") @Default("5") @Range(min = 2) int points)
      implements Domain {
    public Log {
      if (between.low <= 0) {
        throw new Invalid("between", Double.toString(between.low), "more than 0: others have no logarithm");
      }
    }
  }

  @Doc("A number, even between the ends.")
  record Linear(
      @Doc("The least and the greatest.") Ends between,
      @Doc("How many a grid takes, the ends among them.") @Default("5") @Range(min = 2) int points)
      implements Domain {}

  @Doc("A whole number, both ends among them.")
  record Int(
      @Doc("The least and the greatest.") Ends between,
      @Doc("How many a grid takes, the ends among them.") @Default("5") @Range(min = 2) int points)
      implements Domain {
    public Int {
      if (between.low != Math.rint(between.low) || between.high != Math.rint(between.high)) {
        throw new Invalid("between", between.low + " and " + between.high, "whole numbers");
      }
    }
  }

  @Doc("One of some values, whatever the key takes.")
  record Choice(@Doc("The values.") List<YamlNode> values) implements Domain {
    public Choice {
      atLeastOne(values);
    }
  }

  @Doc("One of some groups of values that go together; the parameter's name is free.")
  record Paired(@Doc("The groups: keys and their values.") List<Map<String, YamlNode>> values) implements Domain {
    public Paired {
      atLeastOne(values);
    }
  }

  private static void atLeastOne(List<?> values) {
    if (values.isEmpty()) {
      throw new Invalid("values", "an empty list", "at least one value");
    }
  }

  /// Whether coordinates are places in a list, not numbers that lie near or far from one another.
  default boolean categorical() {
    return this instanceof Choice || this instanceof Paired;
  }

  /// The ends of the coordinates; of a list those of its places.
  default double from() {
    return switch (this) {
      case Log d -> StrictMath.log(d.between.low);
      case Linear d -> d.between.low;
      case Int d -> d.between.low;
      case Choice _, Paired _ -> 0;
    };
  }

  /// The greatest coordinate.
  default double to() {
    return switch (this) {
      case Log d -> StrictMath.log(d.between.high);
      case Linear d -> d.between.high;
      case Int d -> d.between.high;
      case Choice d -> d.values.size() - 1;
      case Paired d -> d.values.size() - 1;
    };
  }

  /// The coordinate that lies `u`, in [0, 1), of the way between the ends.
  default double at(double u) {
    return switch (this) {
      case Log _, Linear _ -> from() + u * (to() - from());
      case Int _, Choice _, Paired _ -> Math.min(to(), Math.floor(from() + u * (to() - from() + 1)));
    };
  }

  /// How many coordinates a grid has.
  default int gridPoints() {
    return switch (this) {
      case Log d -> d.points;
      case Linear d -> d.points;
      case Int d -> (int) Math.min(d.points, d.between.high - d.between.low + 1);
      case Choice d -> d.values.size();
      case Paired d -> d.values.size();
    };
  }

  /// The coordinates of a grid, ascending.
  default double[] grid() {
    int n = gridPoints();
    double[] r = new double[n];
    for (int i = 0; i < n; i++) {
      double c = n == 1 ? from() : from() + (to() - from()) * i / (n - 1);
      r[i] = this instanceof Int ? Math.rint(c) : c;
    }
    return r;
  }

  /// What the key `name` (of a group: each of its keys) is set to at a coordinate, as YAML in one line.
  default SequencedMap<String, String> settings(String name, double coordinate) {
    SequencedMap<String, String> r = new LinkedHashMap<>();
    switch (this) {
      case Log d -> r.put(name, rounded(StrictMath.exp(coordinate), d.between));
      case Linear d -> r.put(name, rounded(coordinate, d.between));
      case Int _ -> r.put(name, Long.toString((long) coordinate));
      case Choice d -> r.put(name, d.values.get((int) coordinate).inline());
      case Paired d -> d.values.get((int) coordinate).forEach((key, value) -> r.put(key, value.inline()));
    }
    return r;
  }

  /// The coordinate that [#settings] of `name` wrote as `values`; NaN where they are not among them.
  default double coordinate(String name, Map<String, String> values) {
    return switch (this) {
      case Log _ -> values.containsKey(name) ? StrictMath.log(Double.parseDouble(values.get(name))) : Double.NaN;
      case Linear _, Int _ -> values.containsKey(name) ? Double.parseDouble(values.get(name)) : Double.NaN;
      case Choice d -> place(d.values.stream().map(v -> v.inline().equals(values.get(name))).toList());
      case Paired d -> place(d.values.stream().map(m -> m.entrySet().stream().allMatch(e -> e.getValue().inline().equals(values.get(e.getKey())))).toList());
    };
  }

  private static double place(List<Boolean> equal) {
    return equal.contains(true) ? equal.indexOf(true) : Double.NaN;
  }

  /// Four digits that say something are enough to tell trials apart, and can be read; between ends that share their first three or
  /// more it takes as many again. What is rounded stays between the ends.
  private static String rounded(double value, Ends between) {
    double size = Math.max(Math.abs(between.low), Math.abs(between.high));
    int digits = Math.clamp((long) Math.log10(size / (between.high - between.low)) + 2, 4, 17);
    double few = Double.parseDouble(String.format(Locale.ROOT, "%." + digits + "g", value));
    return Double.toString(Math.clamp(few, between.low, between.high)).replace("E", "e");
  }
}
