package dlt.sweep;

/// How a trial did so far: the epochs that it was given, its best score in them (NaN where it diverged or has none), and
/// the seconds that they took.
public record Standing(Trial trial, int epochs, double score, double seconds) {}
