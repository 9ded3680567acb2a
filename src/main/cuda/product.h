// The product of two matrices that every GEMM and convolution here is: a block sums one tile of the result over k, or over
// a slice of k. Slabs of A and B are copied to shared memory by loaders, which differ, `STAGES` - 1 ahead of the arithmetic;
// what a loader leaves out is zero. Small tiles give each warp steps of k of its own and add the warps' sums, in their
// order, at the end. Sums are finished (a bias, ReLU, finish.h) and stored, or, where k is cut into slices, as partial sums that slices.cu
// adds in their order: nothing depends on which block runs when.
#pragma once
#include "arithmetic.h"
#include "async_copy.h"
#include "divisor.h"
#include "finish.h"

constexpr int STAGES = 3;

// dlt.backend.cuda.Output
struct Output {
  float* y;
  const float* bias;         // or null
  Strides rows;
  Strides columns;
  int channelsAreRows;       // of the bias, which are columns otherwise
  int channelStride;         // from one product of the grid to the next
  int relu;
  int aligned;               // 4 adjacent columns from a multiple of 4 on are 16 aligned bytes of y

  // What is stored at `at`.
  __device__ __forceinline__ float finished(float sum, int row, int column, const float* at) const {
    int channel = blockIdx.y * channelStride + (channelsAreRows ? row : column);
    float v = sum + (bias ? bias[channel] : 0);
    return finish(relu && v < 0 ? 0 : v, at, channel);
  }
};

// dlt.backend.cuda.Product
struct Product {
  int m;
  int n;
  int k;
  int slabsASlice;           // of the tile's depth
  float* partial;            // [slices, products of the grid, m, n]; null where there is one slice
};

// A block's tile of warps, each of which has a tile of the product's columns and rows, or of its k.
template <class Warp, int rowWarps, int columnWarps, int depthWarps> struct Tile {
  using Arithmetic = Warp;
  static constexpr int rows = rowWarps * Warp::rows;
  static constexpr int columns = columnWarps * Warp::columns;
  static constexpr int depth = depthWarps * SLAB;
  static constexpr int slabs = depthWarps;
  static constexpr int threads = 32 * rowWarps * columnWarps * depthWarps;
  static constexpr int stage = (rows + columns) * depth;      // floats

  static __device__ __forceinline__ int warp() { return threadIdx.x >> 5; }
  static __device__ __forceinline__ int depthWarp() { return depthWarps == 1 ? 0 : warp() / (rowWarps * columnWarps); }
  static __device__ __forceinline__ int rowWarp() { return warp() / columnWarps % rowWarps; }
  static __device__ __forceinline__ int columnWarp() { return warp() % columnWarps; }
};

// The tile of the result that a block computes, and its slice of k, in slabs of the tile's depth.
struct Place {
  int row;
  int column;
  int first;
  int end;
};

// Blocks go through the tiles in groups of 8 rows of tiles, so that those that run at a time share rows and columns in L2.
template <class T> __device__ __forceinline__ Place place(const Product& p) {
  unsigned rows = (p.m + T::rows - 1) / T::rows;
  unsigned columns = (p.n + T::columns - 1) / T::columns;
  unsigned group = blockIdx.x / (8 * columns);
  unsigned height = min(8u, rows - 8 * group);
  unsigned within = blockIdx.x - group * 8 * columns;
  int slabs = (p.k + T::depth - 1) / T::depth;
  int first = blockIdx.z * p.slabsASlice;
  return {(int) ((8 * group + within % height) * T::rows), (int) (within / height * T::columns), first, min(slabs, first + p.slabsASlice)};
}

// Sums the slabs from `first` to `end`. A loader is called with the place of its operand's part of a stage and the number of
// the slab, and starts copies of T::slabs slabs of 16 steps.
template <class T, bool aAlongK, bool bAlongK, class LoadA, class LoadB>
__device__ __forceinline__ void sum(float* memory, const LoadA& loadA, const LoadB& loadB, int first, int end,
    float (&sums)[T::Arithmetic::rowSquares][T::Arithmetic::columnSquares][4][4]) {
  using Arithmetic = typename T::Arithmetic;
  using A = Slab<aAlongK, T::rows>;
  using B = Slab<bAlongK, T::columns>;
#pragma unroll
  for (int i = 0; i < Arithmetic::rowSquares; i++) {
#pragma unroll
    for (int j = 0; j < Arithmetic::columnSquares; j++) {
#pragma unroll
      for (int e = 0; e < 16; e++) {
        sums[i][j][e / 4][e % 4] = 0;
      }
    }
  }
  unsigned base = shared_address(memory);
#pragma unroll
  for (int s = 0; s < STAGES - 1; s++) {
    if (first + s < end) {
      loadA(base + s * T::stage * 4, first + s);
      loadB(base + (s * T::stage + T::rows * T::depth) * 4, first + s);
    }
    close_group();
  }
  int read = 0;
  int write = STAGES - 1;
#pragma unroll 1
  for (int slab = first; slab < end; slab++) {
    await_groups<STAGES - 2>();
    __syncthreads();             // the slab is there for all, and all have read the one before it, whose place is written next
    if (slab + STAGES - 1 < end) {
      loadA(base + write * T::stage * 4, slab + STAGES - 1);
      loadB(base + (write * T::stage + T::rows * T::depth) * 4, slab + STAGES - 1);
    }
    close_group();
    const float* a = memory + read * T::stage;
    Arithmetic::template multiply<A, B>(a + T::depthWarp() * A::floats, a + T::rows * T::depth + T::depthWarp() * B::floats,
        T::rowWarp() * (Arithmetic::rows / 4), T::columnWarp() * (Arithmetic::columns / 4), threadIdx.x & 31, sums);
    read = read + 1 == STAGES ? 0 : read + 1;
    write = write + 1 == STAGES ? 0 : write + 1;
  }
  await_groups<0>();
}

// Four adjacent sums of a row, from a column that is a multiple of 4, as partial sums or as they are in the end. `ends`: that
// something may follow, by Output::finished.
template <bool ends> __device__ __forceinline__ void store(const Product& p, const Output& o, float* y, float* partial, int row, int column, float4 sums) {
  if (row >= p.m || column >= p.n) {
    return;
  }
  float v[4] = {sums.x, sums.y, sums.z, sums.w};
  float* line = partial ? partial + (long long) row * p.n : y + o.rows.offset(row);
  if (partial ? p.n % 4 == 0 : o.aligned) {
    float* at = line + (partial ? column : o.columns.offset(column));
    if (!partial) {
#pragma unroll
      for (int c = 0; c < 4; c++) {
        v[c] = ends ? o.finished(v[c], row, column + c, at + c) : v[c];
      }
    }
    *(float4*) at = make_float4(v[0], v[1], v[2], v[3]);
  } else if (partial) {
#pragma unroll
    for (int c = 0; c < 4; c++) {
      if (column + c < p.n) {
        line[column + c] = v[c];
      }
    }
  } else {
#pragma unroll
    for (int c = 0; c < 4; c++) {
      if (column + c < p.n) {
        float* at = line + o.columns.offset(column + c);
        *at = ends ? o.finished(v[c], row, column + c, at) : v[c];
      }
    }
  }
}

// Stores a tile of sums: `y` is where the output of this product of the grid begins, `partial` where its partial sums do
// (or null). The sums pass through shared memory, so that rows are stored whole, or columns where rows lie side by side.
template <class T, bool ends>
__device__ __forceinline__ void store(const Product& p, const Output& o, float* y, float* partial, float* memory, Place at,
    const float (&sums)[T::Arithmetic::rowSquares][T::Arithmetic::columnSquares][4][4]) {
  using Arithmetic = typename T::Arithmetic;
  constexpr int rows = Arithmetic::rows / Arithmetic::rowSquares;     // at a time
  constexpr int width = Arithmetic::columns + 4;                      // so that rows begin in different banks
  static_assert(T::threads / 32 * rows * width <= STAGES * T::stage, "the sums fit where slabs were");
  int lane = threadIdx.x & 31;
  float* mine = memory + T::warp() * rows * width;
  bool down = !partial && !o.aligned && o.rows.innerStride == 1;
  __syncthreads();                                                    // all have read the last slab
#pragma unroll
  for (int i = 0; i < Arithmetic::rowSquares; i++) {
#pragma unroll
    for (int j = 0; j < Arithmetic::columnSquares; j++) {
#pragma unroll
      for (int r = 0; r < 4; r++) {
        const float (&v)[4] = sums[i][j][r];
        *(float4*) (mine + (4 * (Arithmetic::row(lane, i) - Arithmetic::row(0, i)) + r) * width + 4 * Arithmetic::column(lane, j)) =
            make_float4(v[0], v[1], v[2], v[3]);
      }
    }
    int row = at.row + T::rowWarp() * Arithmetic::rows + i * rows;
    if constexpr (T::slabs == 1) {
      __syncwarp();
#pragma unroll 1
      for (int four = lane; four < rows * Arithmetic::columns / 4; four += 32) {
        int r = down ? four % rows : four / (Arithmetic::columns / 4);
        int c = (down ? four / rows : four % (Arithmetic::columns / 4)) * 4;
        store<ends>(p, o, y, partial, row + r, at.column + T::columnWarp() * Arithmetic::columns + c, *(const float4*) (mine + r * width + c));
      }
      __syncwarp();
    } else {
      static_assert(T::rows == Arithmetic::rows && T::columns == Arithmetic::columns, "all warps have the same rows and columns");
      __syncthreads();
#pragma unroll 1
      for (int four = threadIdx.x; four < rows * T::columns / 4; four += T::threads) {
        int r = down ? four % rows : four / (T::columns / 4);
        int c = (down ? four / rows : four % (T::columns / 4)) * 4;
        float4 s = *(const float4*) (memory + r * width + c);
#pragma unroll
        for (int d = 1; d < T::slabs; d++) {
          float4 x = *(const float4*) (memory + (d * rows + r) * width + c);
          s = make_float4(s.x + x.x, s.y + x.y, s.z + x.z, s.w + x.w);
        }
        store<ends>(p, o, y, partial, row + r, at.column + c, s);
      }
      __syncthreads();
    }
  }
}

// The row among 8 that threads copy: those of a line of the slab are written together.
__device__ __forceinline__ int row_of_8(int i) { return (i & 1) << 2 | (i >> 1 & 3); }

// A matrix as it lies, or packed: loads `size` rows from `first` on and steps of k, along which it lies if `alongK`.
// Its rows (steps, if not `alongK`) are `stride` floats apart; `aligned` says that each begins at a multiple of 16 bytes.
template <class T, bool alongK, int size> class MatrixLoader {
  static constexpr int chunks = alongK ? SLAB / 4 : size / 4;         // of a row, or of a step
  static constexpr int lines = T::threads / chunks;                   // rows or steps that are copied at a time
  static constexpr int rounds = (alongK ? size : SLAB) / lines;
  static_assert(rounds > 0 && (!alongK || lines % 32 == 0), "whole rounds");

  const float* data;
  int stride;
  bool aligned;
  int line;            // of the first round: a row, or a step of the slab
  int chunk;           // the first of four steps of the slab, or of four rows
  int rows;            // how many there are, from `first` on
  int k;

 public:
  __device__ __forceinline__ MatrixLoader(const float* data, int stride, bool aligned, int first, int rows, int k)
      : data(data + (alongK ? (long long) first * stride : first)), stride(stride), aligned(aligned), rows(rows - first), k(k) {
    int i = threadIdx.x / chunks;
    line = alongK ? i / 8 * 8 + row_of_8(i % 8) : i;
    chunk = threadIdx.x % chunks * 4;
  }

  __device__ __forceinline__ void operator()(unsigned to, int slab) const {
    if (aligned) {
#pragma unroll
      for (int i = 0; i < T::slabs * rounds; i++) {
        copy<true>(to, slab, i / rounds, i % rounds * lines);
      }
    } else {
#pragma unroll 1
      for (int i = 0; i < T::slabs * rounds; i++) {
        copy<false>(to, slab, i / rounds, i % rounds * lines);
      }
    }
  }

 private:
  template <bool whole> __device__ __forceinline__ void copy(unsigned to, int slab, int depth, int skipped) const {
    int row = alongK ? line + skipped : chunk;
    int step = alongK ? chunk : line + skipped;
    int absolute = slab * T::depth + depth * SLAB + step;
    int count = row < rows && absolute < k ? (alongK ? k - absolute : rows - row) : 0;
    const float* from = data + (count > 0 ? alongK ? (long long) row * stride + absolute : (long long) absolute * stride + row : 0);
    copy_four(to + (depth * Slab<alongK, size>::floats + Slab<alongK, size>::place(row, step)) * 4, from, count, whole);
  }
};

// 128 x 128 for large products, 64 x 64, and 32 x 32 with four steps of k at a time for small ones.
template <class Precision> struct Tiles {
  using Large = Tile<TensorCores<Precision, 2, 2>, 2, 2, 1>;
  using Medium = Tile<TensorCores<Precision, 1, 1>, 2, 2, 1>;
  using Small = Tile<TensorCores<Precision, 1, 1>, 1, 1, 4>;
};

template <> struct Tiles<float> {
  using Large = Tile<Float32<2, 2>, 4, 2, 1>;
  using Medium = Tile<Float32<2, 1>, 2, 2, 1>;
  using Small = Tile<Float32<2, 1>, 1, 1, 4>;
};
