// Slices by index, and their inverses. gather and one_hot take an element of the result a thread; an index outside the dimension gives
// zeros. scatter_add, the gradient of gather, takes a row of the result a warp: its lanes look through the indices, 32 at a time,
// and add the slices of those that are the row's, in the order in which they were found. So nothing is added by two threads, and
// sums are in row-major order of the indices.
#include "index.h"

struct Params {
  const void* x;
  const long long* indices;
  void* y;
  long long count;        // elements of the result, or its rows
  int indexCount;
  int size;               // of the dimension that is indexed
  int inner;              // elements behind it
};

template <typename T>
static __device__ __forceinline__ void gather(const Params& p) {
  const T* x = (const T*)p.x;
  EACH(i, p.count) {
    long long rest = i;
    int column = take(rest, p.inner);
    long long index = p.indices[take(rest, p.indexCount)];
    ((T*)p.y)[i] = index >= 0 && index < p.size ? x[(rest * p.size + index) * p.inner + column] : (T)0;
  }
}

extern "C" __global__ void __launch_bounds__(256) gather4(const __grid_constant__ Params p) { gather<unsigned>(p); }

extern "C" __global__ void __launch_bounds__(256) gather8(const __grid_constant__ Params p) { gather<unsigned long long>(p); }

extern "C" __global__ void __launch_bounds__(256) one_hot(const __grid_constant__ Params p) {
  EACH(i, p.count) {
    long long rest = i;
    int column = take(rest, p.inner);
    int depth = take(rest, p.size);
    ((float*)p.y)[i] = p.indices[rest * p.inner + column] == depth ? 1 : 0;
  }
}

extern "C" __global__ void __launch_bounds__(256) scatter_add(const __grid_constant__ Params p) {
  const float* slices = (const float*)p.x;
  int lane = threadIdx.x % 32;
  for (long long row = blockIdx.x * 8ll + threadIdx.x / 32; row < p.count; row += gridDim.x * 8ll) {
    long long outer = row;
    int own = take(outer, p.size);
    const float* from = slices + outer * p.indexCount * p.inner;
    for (int first = 0; first < p.inner; first += 128) {
      float sum[4] = {0, 0, 0, 0};
      for (int k = 0; k < p.indexCount; k += 32) {
        bool mine = k + lane < p.indexCount && p.indices[k + lane] == own;
        for (unsigned found = __ballot_sync(0xffffffffu, mine); found; found &= found - 1) {
          const float* slice = from + (k + __ffs(found) - 1) * (long long)p.inner;
#pragma unroll
          for (int j = 0; j < 4; j++) {
            int column = first + 32 * j + lane;
            if (column < p.inner) {
              sum[j] = __fadd_rn(sum[j], slice[column]);
            }
          }
        }
      }
#pragma unroll
      for (int j = 0; j < 4; j++) {
        int column = first + 32 * j + lane;
        if (column < p.inner) {
          ((float*)p.y)[row * p.inner + column] = sum[j];
        }
      }
    }
  }
}
