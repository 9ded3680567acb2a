package dlt.backend.cuda;

/// What the factors in products of matrices and convolutions are rounded to; sums are float32 with each.
public enum Precision {
  FLOAT32,
  /// 10 bits behind the point, as tensor cores read float32.
  TF32,
  /// 7 bits behind the point.
  BF16
}
