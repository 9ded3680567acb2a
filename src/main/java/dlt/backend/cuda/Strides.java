package dlt.backend.cuda;

/// Where the elements of a dimension lie that is a product of three: element `(a * middle + b) * inner + c` at
/// `a * outerStride + b * middleStride + c * innerStride`. `Strides` of divisor.h.
record Strides(Divisor inner, Divisor middle, int innerStride, int middleStride, int outerStride) {
  /// All elements `stride` apart.
  static Strides of(int stride) {
    return new Strides(Divisor.NONE, Divisor.NONE, stride, 0, 0);
  }

  static Strides of(int middle, int inner, int outerStride, int middleStride, int innerStride) {
    return new Strides(Divisor.of(inner), Divisor.of(middle), innerStride, middleStride, outerStride);
  }

  /// Whether 4 elements from a multiple of 4 on lie side by side, from a multiple of 4 on.
  boolean fours() {
    return innerStride == 1 && (inner == Divisor.NONE || inner.value() % 4 == 0) && multiples();
  }

  /// Whether all lie at multiples of 4.
  boolean multiplesOf4() {
    return innerStride % 4 == 0 && multiples();
  }

  private boolean multiples() {
    return middleStride % 4 == 0 && outerStride % 4 == 0;
  }

  void addTo(Arguments arguments) {
    inner.addTo(arguments);
    middle.addTo(arguments);
    arguments.add(innerStride).add(middleStride).add(outerStride);
  }
}
