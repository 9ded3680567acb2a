package dlt.config;

import java.util.Optional;

/// A value's surroundings while it is bound: the place of its key, kind or list item, the name that messages call it by, and
/// the numbers that its component accepts.
record Spot(Location at, String label, Optional<Range> range) {}
