// Two dimensions swapped, one of which is contiguous in the source and the other in the destination, for each place in the other
// dimensions: a block moves 32 x 32 elements through shared memory, so that both reads and writes are of neighbours. Rows of the
// tile are an element longer than they need be, which spreads its columns over the banks.

struct Params {
  const void* x;
  void* y;
  int a, b;                       // sizes of the dimension that is contiguous in x, and of that in y
  int tilesA, tilesB;
  long long tiles;
  long long xStride, yStride;     // of b in x, and of a in y
  long long xOuter[6], yOuter[6];
  int outer[6];                   // sizes of the other dimensions, outermost first
  int rank;                       // how many they are
};

template <typename T>
static __device__ __forceinline__ void transpose(const Params& p, T (*tile)[33]) {
  int across = threadIdx.x % 32;
  int down = threadIdx.x / 32;
  for (long long t = blockIdx.x; t < p.tiles; t += gridDim.x) {
    long long rest = t / p.tilesA;
    int a = (int)(t - rest * p.tilesA) * 32;
    long long place = rest / p.tilesB;
    int b = (int)(rest - place * p.tilesB) * 32;
    const T* x = (const T*)p.x;
    T* y = (T*)p.y;
    for (int d = p.rank - 1; d >= 0; d--) {
      long long next = place / p.outer[d];
      long long turn = place - next * p.outer[d];
      x += turn * p.xOuter[d];
      y += turn * p.yOuter[d];
      place = next;
    }
#pragma unroll
    for (int i = 0; i < 32; i += 8) {
      if (a + across < p.a && b + down + i < p.b) {
        tile[down + i][across] = x[(b + down + i) * p.xStride + a + across];
      }
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < 32; i += 8) {
      if (b + across < p.b && a + down + i < p.a) {
        y[(a + down + i) * p.yStride + b + across] = tile[across][down + i];
      }
    }
    __syncthreads();
  }
}

extern "C" __global__ void __launch_bounds__(256) transpose4(const __grid_constant__ Params p) {
  __shared__ unsigned tile[32][33];
  transpose(p, tile);
}

extern "C" __global__ void __launch_bounds__(256) transpose8(const __grid_constant__ Params p) {
  __shared__ unsigned long long tile[32][33];
  transpose(p, tile);
}
