// exp(x - max) / sum(exp(x - max)), or its logarithm, along a dimension: the largest, then the sum, then the results, each in a
// pass over the elements, which stay in the cache. Where the dimension is innermost, a warp takes a row (softmax_rows) or a block
// takes a long one (softmax_long); else 32 neighbouring columns are a block's, eight threads for each (softmax_columns). Lanes
// are combined in a tree, so the order of a sum depends on the shape alone.

struct Params {
  const float* x;
  float* y;
  long long count;      // rows or columns
  int size;             // of the dimension
  int inner;            // elements between neighbours of a column
  int log;
};

static __device__ __forceinline__ float larger(float a, float b) { return fmaxf(a, b); }

static __device__ __forceinline__ float sum(float a, float b) { return __fadd_rn(a, b); }

// All lanes get what the lanes of a warp have together.
template <float (*op)(float, float)>
static __device__ __forceinline__ float together(float v) {
#pragma unroll
  for (int apart = 16; apart > 0; apart /= 2) {
    v = op(v, __shfl_xor_sync(0xffffffffu, v, apart));
  }
  return v;
}

// The elements from `at` on, `step` apart, of which a lane takes every `lanes`-th; `all` combines lanes.
template <typename All>
static __device__ __forceinline__ void softmax(const Params& p, long long at, long long step, int lane, int lanes, bool live, All all) {
  const float* x = p.x + at;
  float* y = p.y + at;
  float most = -__int_as_float(0x7f800000);
  if (live) {
    for (int k = lane; k < p.size; k += lanes) {
      most = larger(most, x[k * step]);
    }
  }
  most = all.template of<larger>(most);
  float s = 0;
  if (live) {
    for (int k = lane; k < p.size; k += lanes) {
      s = sum(s, expf(x[k * step] - most));
    }
  }
  s = all.template of<sum>(s);
  float l = p.log ? logf(s) : 0;
  if (live) {
    for (int k = lane; k < p.size; k += lanes) {
      float v = x[k * step] - most;
      y[k * step] = p.log ? v - l : __fdiv_rn(expf(v), s);
    }
  }
}

struct Warp {
  template <float (*op)(float, float)>
  __device__ __forceinline__ float of(float v) const { return together<op>(v); }
};

struct Block {
  float* shared;

  template <float (*op)(float, float)>
  __device__ __forceinline__ float of(float v) const {
    v = together<op>(v);
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
      shared[threadIdx.x / 32] = v;
    }
    __syncthreads();
    float r = shared[0];
#pragma unroll
    for (int w = 1; w < 8; w++) {
      r = op(r, shared[w]);
    }
    return r;
  }
};

struct Column {
  float* shared;

  template <float (*op)(float, float)>
  __device__ __forceinline__ float of(float v) const {
    __syncthreads();
    shared[threadIdx.x] = v;
    __syncthreads();
    float r = shared[threadIdx.x % 32];
#pragma unroll
    for (int y = 1; y < 8; y++) {
      r = op(r, shared[32 * y + threadIdx.x % 32]);
    }
    return r;
  }
};

extern "C" __global__ void __launch_bounds__(256) softmax_rows(const __grid_constant__ Params p) {
  for (long long row = blockIdx.x * 8ll + threadIdx.x / 32; row < p.count; row += gridDim.x * 8ll) {
    softmax(p, row * p.size, 1, threadIdx.x % 32, 32, true, Warp());
  }
}

extern "C" __global__ void __launch_bounds__(256) softmax_long(const __grid_constant__ Params p) {
  __shared__ float shared[8];
  for (long long row = blockIdx.x; row < p.count; row += gridDim.x) {
    softmax(p, row * p.size, 1, threadIdx.x, 256, true, Block{shared});
  }
}

extern "C" __global__ void __launch_bounds__(256) softmax_columns(const __grid_constant__ Params p) {
  __shared__ float shared[256];
  for (long long first = blockIdx.x * 32ll; first < p.count; first += gridDim.x * 32ll) {
    long long column = first + threadIdx.x % 32;
    bool live = column < p.count;
    long long outer = live ? column / p.inner : 0;
    long long at = live ? outer * p.size * p.inner + (column - outer * p.inner) : 0;
    softmax(p, at, p.inner, threadIdx.x / 32, 8, live, Column{shared});
  }
}
