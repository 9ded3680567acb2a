package dlt.data;

import java.util.Optional;

/// The parts that an experiment's data are used in.
public record Parts(Part train, Optional<Part> validation, Optional<Part> test) {}
