package dlt.layer;

import dlt.tensor.Shape;

/// One layer of a built model, for summaries: its full name (`3.0`), its kind, its output, and how many trainable numbers
/// it brought itself: those of layers inside it are theirs, and weights that it shares were counted where they came first.
public record Applied(String name, String kind, Shape output, long parameters, Placed placed) {}
