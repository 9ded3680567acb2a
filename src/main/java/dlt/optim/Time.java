package dlt.optim;

/// A moment of a phase, in the phase's unit: `now` since its beginning, of `length` in all; a step takes `step`. `reductions`
/// counts the plateaus so far.
public record Time(double now, double length, double step, int reductions) {}
