package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import java.util.List;
import java.util.Optional;

/// A loss, what it is applied to, and its share in the sum of all losses.
public record LossTerm(
    @Inline Loss loss,
    @Doc("Its factor in the sum of all losses.") @Default("1") double weight,
    @Doc("The outputs (or other layers with an `as` name) it is applied to, in the order of its arguments; the model's only output where left out.")
        @Default("[]") List<String> input,
    @Doc("The data's target, by name; the only one where left out. The name of an input stands for what the model sees of it, for autoencoders.") Optional<String> target) {}
