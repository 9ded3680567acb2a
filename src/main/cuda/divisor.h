// Exact division of numbers below 2^31 by a number that is known when a program is compiled: dlt.backend.cuda.Divisor.
#pragma once

struct Divisor {
  unsigned multiplier;
  unsigned shift;
  unsigned value;

  __device__ __forceinline__ unsigned quotient(unsigned n) const { return (__umulhi(n, multiplier) + n) >> shift; }
};

// Where element i of a dimension that is a product of three lies: i is (a * middle + b) * inner + c, at a * outerStride +
// b * middleStride + c * innerStride. dlt.backend.cuda.Strides.
struct Strides {
  Divisor inner;
  Divisor middle;
  int innerStride;
  int middleStride;
  int outerStride;

  __device__ __forceinline__ int offset(unsigned i) const {
    unsigned rest = inner.quotient(i);
    unsigned c = i - rest * inner.value;
    unsigned a = middle.quotient(rest);
    unsigned b = rest - a * middle.value;
    return (int) (a * outerStride + b * middleStride + c * innerStride);
  }
};
