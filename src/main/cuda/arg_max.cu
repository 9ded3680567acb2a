// The index of the first largest element along a dimension, where NaN is larger than every number: a warp takes a row, whose lanes
// take every 32nd element and are then combined in pairs (arg_max_rows), or a thread takes a column (arg_max_columns).

struct Params {
  const float* x;
  long long* y;
  long long count;
  int size;
  int inner;
};

// Whether a later element replaces the largest so far.
static __device__ __forceinline__ bool wins(float later, float best) { return later > best || (later != later && best == best); }

extern "C" __global__ void __launch_bounds__(256) arg_max_rows(const __grid_constant__ Params p) {
  int lane = threadIdx.x % 32;
  for (long long row = blockIdx.x * 8ll + threadIdx.x / 32; row < p.count; row += gridDim.x * 8ll) {
    const float* x = p.x + row * p.size;
    int index = min(lane, p.size - 1);
    float best = x[index];
    for (int k = lane + 32; k < p.size; k += 32) {
      float v = x[k];
      if (wins(v, best)) {
        best = v;
        index = k;
      }
    }
#pragma unroll
    for (int apart = 16; apart > 0; apart /= 2) {
      float v = __shfl_xor_sync(0xffffffffu, best, apart);
      int at = __shfl_xor_sync(0xffffffffu, index, apart);
      if (wins(v, best) || (!wins(best, v) && at < index)) {
        best = v;
        index = at;
      }
    }
    if (lane == 0) {
      p.y[row] = index;
    }
  }
}

extern "C" __global__ void __launch_bounds__(256) arg_max_columns(const __grid_constant__ Params p) {
  for (long long i = blockIdx.x * 256ll + threadIdx.x; i < p.count; i += gridDim.x * 256ll) {
    long long outer = i / p.inner;
    const float* x = p.x + outer * p.size * p.inner + (i - outer * p.inner);
    float best = x[0];
    int index = 0;
    for (int k = 1; k < p.size; k++) {
      float v = x[k * (long long)p.inner];
      if (wins(v, best)) {
        best = v;
        index = k;
      }
    }
    p.y[i] = index;
  }
}
