package dlt.metric;

/// What comes of taking every score of at least `score` for a yes: a point of the receiver operating characteristic
/// (`falsePositiveRate`, `recall`) and of the precision-recall curve. A rate of none is NaN.
public record Threshold(double score, double recall, double falsePositiveRate, double precision) {}
