package dlt.data;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// The samples of a part, by their places in it, grouped by a number that alike ones share.
final class Alike {
  /// Places, group after group.
  private final int[] places;
  /// Where each place's group begins and ends in `places`, and where it stands itself.
  private final int[] begin;
  private final int[] end;
  private final int[] position;

  Alike(double[] values) {
    SortedMap<Double, List<Integer>> groups = new TreeMap<>();
    for (int i = 0; i < values.length; i++) {
      groups.computeIfAbsent(values[i], _ -> new ArrayList<>()).add(i);
    }
    places = new int[values.length];
    begin = new int[values.length];
    end = new int[values.length];
    position = new int[values.length];
    int at = 0;
    for (List<Integer> group : groups.values()) {
      int first = at;
      for (int place : group) {
        places[at] = place;
        begin[place] = first;
        end[place] = first + group.size();
        position[place] = at++;
      }
    }
  }

  /// Throws Failure(DATA) unless some of `part`'s samples are alike and some are different.
  void require(Composition source, Part part) {
    boolean alike = IntStream.range(0, places.length).anyMatch(i -> others(i) > 0);
    if (!alike || different(0) == 0) {
      throw source.failure("the " + part.name() + " part has " + part.size() + " samples"
          + (alike ? " of one class alone; two are needed" : ", each of a class of its own; two of one class are needed"));
    }
  }

  /// How many others are alike.
  int others(int place) {
    return end[place] - begin[place] - 1;
  }

  /// How many are different.
  int different(int place) {
    return places.length - (end[place] - begin[place]);
  }

  /// Another one that is alike; there has to be one.
  int drawAlike(int place, Draws draws) {
    int i = begin[place] + draws.below(others(place));
    return places[i < position[place] ? i : i + 1];
  }

  /// One that is different; there has to be one.
  int drawDifferent(int place, Draws draws) {
    int i = draws.below(different(place));
    return places[i < begin[place] ? i : i + end[place] - begin[place]];
  }
}
