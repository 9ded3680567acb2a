package dlt.config;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/// A record that was read from a file, and where each part of it stands there.
public final class Bound<T> {
  /// Where records and their components stand, by identity.
  static final class Places {
    private record Place(Location at, Map<String, Location> components) {}

    private final Map<Object, Place> places = new IdentityHashMap<>();

    void put(Object record, Location at, Map<String, Location> components) {
      places.put(record, new Place(at, new HashMap<>(components)));
    }
  }

  private final T value;
  private final Places places;
  private final Location root;

  Bound(T value, Places places, Location root) {
    this.value = value;
    this.places = places;
    this.root = root;
  }

  public T value() {
    return value;
  }

  /// Where a bound record (this very one, not an equal one) stands: its kind or its key. The beginning of the file for a
  /// record that was not bound.
  public Location at(Object record) {
    Places.Place place = places.places.get(record);
    return place == null ? root : place.at;
  }

  /// Where the value of a record's component (by its Java name) was given; empty where it was left out.
  public Optional<Location> given(Object record, String component) {
    Places.Place place = places.places.get(record);
    return place == null ? Optional.empty() : Optional.ofNullable(place.components.get(component));
  }

  /// Where the value of a record's component (by its Java name) stands; the record's own place where it was left out.
  public Location at(Object record, String component) {
    Places.Place place = places.places.get(record);
    return place == null ? root : place.components.getOrDefault(component, place.at);
  }
}
