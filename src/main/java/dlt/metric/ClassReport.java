package dlt.metric;

/// The figures of one class or label; one with nothing to divide by is 0. `support` counts its samples.
public record ClassReport(double precision, double recall, double f1, long support) {}
