package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import java.util.List;
import java.util.Optional;

/// A layer at its place in a list: what it is applied to and how its output is called.
public record Placed(
    @Inline Layer layer,
    @Doc("The outputs this layer is applied to, by name; the previous layer's where left out.") @Default("[]") List<String> from,
    @Doc("Names this layer's output, and prefixes its parameters instead of its index.") Optional<String> as) {}
