// Products of batches of matrices: C = A B, each operand as it lies, whatever is transposed. A block computes one tile of
// one product (product.h); the grid is tiles by products by slices of k.
#pragma once
#include "product.h"

constexpr int BATCH_DIMENSIONS = 4;

// dlt.backend.cuda.MatMulKernel
struct Gemm {
  const float* a;
  const float* b;
  Product product;
  int aStride;                // floats from row to row, as it lies
  int bStride;
  int aAligned;
  int bAligned;
  int firstProduct;                      // of those of the batch
  Divisor batch[BATCH_DIMENSIONS];       // innermost first; those that are not there divide to 0
  int aBatchStride[BATCH_DIMENSIONS];    // 0 where it is broadcast
  int bBatchStride[BATCH_DIMENSIONS];
  Output output;
};

template <class T, bool aAlongK, bool bAlongK> __device__ __forceinline__ void gemm(const Gemm& g) {
  __shared__ __align__(16) float memory[STAGES * T::stage];
  const Product& p = g.product;
  Place at = place<T>(p);
  long long a = 0;
  long long b = 0;
  unsigned index = g.firstProduct + blockIdx.y;
#pragma unroll
  for (int d = 0; d < BATCH_DIMENSIONS; d++) {
    unsigned rest = g.batch[d].quotient(index);
    unsigned i = index - rest * g.batch[d].value;
    a += (long long) i * g.aBatchStride[d];
    b += (long long) i * g.bBatchStride[d];
    index = rest;
  }
  MatrixLoader<T, aAlongK, T::rows> loadA(g.a + a, g.aStride, g.aAligned != 0, at.row, p.m, p.k);
  MatrixLoader<T, bAlongK, T::columns> loadB(g.b + b, g.bStride, g.bAligned != 0, at.column, p.n, p.k);
  float sums[T::Arithmetic::rowSquares][T::Arithmetic::columnSquares][4][4];
  sum<T, aAlongK, bAlongK>(memory, loadA, loadB, at.first, at.end, sums);
  long long elements = (long long) p.m * p.n;
  store<T, true>(p, g.output, g.output.y + blockIdx.y * elements,
      p.partial ? p.partial + ((long long) blockIdx.z * gridDim.y + blockIdx.y) * elements : nullptr, memory, at, sums);
}

#define GEMM(name, T, aAlongK, bAlongK, blocks) \
  extern "C" __global__ void __launch_bounds__(T::threads, blocks) name(const __grid_constant__ Gemm g) { \
    gemm<T, aAlongK, bAlongK>(g); \
  }

// _nn: A and B as they are; _nt: B is transposed; _tn: A is.
#define GEMMS(size, T, blocks) \
  GEMM(gemm_nn_##size, T, true, false, blocks) \
  GEMM(gemm_nt_##size, T, true, true, blocks) \
  GEMM(gemm_tn_##size, T, false, false, blocks)
