// Adds the partial sums of products whose k is cut into slices, in the order of the slices, and stores them with a bias and
// ReLU (product.h). A thread takes four adjacent columns. Bound by memory: it reads each partial sum once.
#include "product.h"

// dlt.backend.cuda.SliceSum
struct Slices {
  Product product;           // its slabs do not matter
  int slices;
  int products;
  Divisor fours;             // of a row
  Strides places;            // of the outputs of the products, in elements: their number as an outer, middle and inner one
  Output output;
};

extern "C" __global__ void __launch_bounds__(256) add_slices(const __grid_constant__ Slices s) {
  const Product& p = s.product;
  unsigned i = blockIdx.x * 256 + threadIdx.x;
  unsigned row = s.fours.quotient(i);
  int column = (int) (i - row * s.fours.value) * 4;
  if (row >= (unsigned) p.m) {
    return;
  }
  long long elements = (long long) p.m * p.n;
  const float* from = p.partial + blockIdx.y * elements + (long long) row * p.n + column;
  float v[4] = {0, 0, 0, 0};
  for (int slice = 0; slice < s.slices; slice++) {
    if (p.n % 4 == 0) {
      float4 x = *(const float4*) from;
      v[0] += x.x;
      v[1] += x.y;
      v[2] += x.z;
      v[3] += x.w;
    } else {
#pragma unroll
      for (int c = 0; c < 4; c++) {
        v[c] += column + c < p.n ? from[c] : 0;
      }
    }
    from += s.products * elements;
  }
  store<true>(p, s.output, s.output.y + s.places.offset(blockIdx.y), nullptr, (int) row, column, make_float4(v[0], v[1], v[2], v[3]));
}
