// Kernels that do what they should, in ways that the software GPU has to follow: each computes something that Java checks.
// Compile as src/main/cuda/ptx.sh does: nvcc -ptx -arch=compute_80 -std=c++17 -O3 kernels.cu -o kernels.ptx

struct Vectors {
  float* out;
  const float* a;
  const float* b;
  int n;
  float scale;
};

// out = scale a + b
extern "C" __global__ void scale_add(Vectors v) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < v.n) {
    v.out[i] = v.scale * v.a[i] + v.b[i];
  }
}

// out[block] = the sum of a block's part of a, by a tree in shared memory
extern "C" __global__ void tree_sum(Vectors v) {
  __shared__ float part[256];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  part[threadIdx.x] = i < v.n ? v.a[i] : 0;
  __syncthreads();
  for (int k = blockDim.x / 2; k > 0; k /= 2) {
    if (threadIdx.x < k) {
      part[threadIdx.x] += part[threadIdx.x + k];
    }
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    v.out[blockIdx.x] = part[0];
  }
}

// the same by shuffles
extern "C" __global__ void shuffle_sum(Vectors v) {
  __shared__ float part[32];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  float r = i < v.n ? v.a[i] : 0;
  for (int k = 16; k > 0; k /= 2) {
    r += __shfl_down_sync(~0u, r, k);
  }
  if (threadIdx.x % 32 == 0) {
    part[threadIdx.x / 32] = r;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    r = 0;
    for (int k = 0; k < blockDim.x / 32; k++) {
      r += part[k];
    }
    v.out[blockIdx.x] = r;
  }
}

// out[i] = a[n - 1 - i], through dynamic shared memory that cp.async fills in two stages
extern "C" __global__ void async_reverse(Vectors v) {
  extern __shared__ __align__(16) float stage[];
  int t = threadIdx.x;
  int parts = v.n / blockDim.x;
  unsigned to = (unsigned) __cvta_generic_to_shared(stage);
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(to + 4 * t), "l"(v.a + t));
  asm volatile("cp.async.commit_group;");
  for (int p = 0; p < parts; p++) {
    if (p + 1 < parts) {
      asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(to + 4 * ((p + 1) % 2 * blockDim.x + t)), "l"(v.a + (p + 1) * blockDim.x + t));
    }
    asm volatile("cp.async.commit_group;");
    asm volatile("cp.async.wait_group 1;" ::: "memory");
    __syncthreads();
    int from = blockDim.x - 1 - t;
    v.out[(parts - 1 - p) * blockDim.x + t] = stage[p % 2 * blockDim.x + from];
    __syncthreads();
  }
}

// out[i] = how many steps of the 3n + 1 walk begin at i + 1: lanes part and meet again
extern "C" __global__ void walk(Vectors v) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= v.n) {
    return;
  }
  int steps = 0;
  for (long long k = i + 1; k != 1; steps++) {
    if (k % 2 == 0) {
      k /= 2;
    } else {
      k = 3 * k + 1;
    }
  }
  v.out[i] = steps;
}
__constant__ float table[4] = {1, 2, 4, 8};
__device__ int counter = 5;

static __device__ __noinline__ float called(float x, int k) {
  float local[8];
  for (int i = 0; i < 8; i++) {
    local[i] = x * i;
  }
  return local[k & 7] + table[k & 3];
}

// calls, constants, variables, and memory of a thread
extern "C" __global__ void spaces(Vectors v) {
  int i = threadIdx.x;
  v.out[i] = called(v.a[i], i) + counter;
}

// out = a b, of n x n each, in tiles of 64 x 64 with 4 x 4 results a thread
extern "C" __global__ void tiled_product(Vectors v) {
  __shared__ __align__(16) float left[16][64];
  __shared__ __align__(16) float right[16][64];
  int tx = threadIdx.x % 16;
  int ty = threadIdx.x / 16;
  int tiles = v.n / 64;
  int row = blockIdx.x / tiles * 64;
  int column = blockIdx.x % tiles * 64;
  float sum[4][4] = {};
  for (int k = 0; k < v.n; k += 16) {
    for (int i = 0; i < 4; i++) {
      left[tx][ty + 16 * i] = v.a[(row + ty + 16 * i) * v.n + k + tx];
      right[ty][tx + 16 * i] = v.b[(k + ty) * v.n + column + tx + 16 * i];
    }
    __syncthreads();
#pragma unroll
    for (int e = 0; e < 16; e++) {
      float4 x = *reinterpret_cast<float4*>(&left[e][4 * ty]);
      float4 y = *reinterpret_cast<float4*>(&right[e][4 * tx]);
      float xs[4] = {x.x, x.y, x.z, x.w};
      float ys[4] = {y.x, y.y, y.z, y.w};
#pragma unroll
      for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
          sum[i][j] += xs[i] * ys[j];
        }
      }
    }
    __syncthreads();
  }
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) {
      v.out[(row + 4 * ty + i) * v.n + column + 4 * tx + j] = sum[i][j];
    }
  }
}
