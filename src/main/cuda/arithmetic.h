// What one warp does with a slab of A and one of B that lie in shared memory. Each thread holds sums of `rowSquares` x
// `columnSquares` squares of 4 x 4; which squares of the warp's these are, `row` and `column` say (in squares).
//
// Float32 is one chain of fused multiply-adds for each element, k ascending. A quarter of a warp takes 2 x 4 squares.
//
// The tensor cores' fragments are the squares themselves. Their instructions want of a lane (g = lane / 4, t = lane % 4)
// row g and the steps t and t + 4 of 8 (TF32), or 2t, 2t + 1, 2t + 8 and 2t + 9 of 16 (bfloat16). As sums do not care for
// the order of k, it is given the steps 4t .. 4t + 3 in their place, of A and B alike; and row g of four tiles is row
// 4g + h of the matrix for h = 0 .. 3. So one square holds all that a lane needs of four tiles, without ldmatrix, and a
// lane's sums are rows of four adjacent columns. TF32 is rounded to nearest, ties away, bfloat16 to nearest even, when
// fragments are made: tiles in shared memory stay float32, so that copies need not pass through registers.
#pragma once
#include "slab.h"

template <int rowSquares_, int columnSquares_> struct Float32 {
  static constexpr int rowSquares = rowSquares_;
  static constexpr int columnSquares = columnSquares_;
  static constexpr int rows = 16 * rowSquares;          // of a warp
  static constexpr int columns = 32 * columnSquares;

  static __device__ __forceinline__ int row(int lane, int square) { return 4 * square + ((lane & 1) | (lane >> 4 << 1)); }
  static __device__ __forceinline__ int column(int lane, int square) { return 8 * square + (lane >> 1 & 7); }

  template <class A, class B>
  static __device__ __forceinline__ void multiply(const float* a, const float* b, int firstRow, int firstColumn, int lane,
      float (&sums)[rowSquares][columnSquares][4][4]) {
    // four steps that lie side by side are more than the registers hold
    constexpr int steps = A::stepsSideBySide ? 2 : 4;
#pragma unroll 1
    for (int step = 0; step < SLAB / steps; step++) {
      float x[rowSquares][4][steps];
#pragma unroll
      for (int i = 0; i < rowSquares; i++) {
        A::square(a, firstRow + row(lane, i), step, x[i]);
      }
#pragma unroll
      for (int j = 0; j < columnSquares; j++) {
        float y[4][steps];
        B::square(b, firstColumn + column(lane, j), step, y);
#pragma unroll
        for (int k = 0; k < steps; k++) {
#pragma unroll
          for (int i = 0; i < rowSquares; i++) {
#pragma unroll
            for (int r = 0; r < 4; r++) {
#pragma unroll
              for (int c = 0; c < 4; c++) {
                sums[i][j][r][c] = fmaf(x[i][r][k], y[c][k], sums[i][j][r][c]);
              }
            }
          }
        }
      }
    }
  }
};

__device__ __forceinline__ unsigned to_tf32(float x) {
  unsigned r;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(x));
  return r;
}

// Two bfloat16, `low` in the lower half.
__device__ __forceinline__ unsigned to_bfloat16(float low, float high) {
  unsigned r;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
  return r;
}

// Four rows of A or B as the operands of two tiles of A (rows 0 and 1, 2 and 3) or of four tiles of B.
struct Tf32 {
  static constexpr int words = 4;      // a row
  static constexpr int instructions = 2;

  static __device__ __forceinline__ void pack(const float (&row)[4], unsigned (&words)[4]) {
#pragma unroll
    for (int s = 0; s < 4; s++) {
      words[s] = to_tf32(row[s]);
    }
  }

  // d += a b with the steps 2 * i and 2 * i + 1 of each lane.
  static __device__ __forceinline__ void multiply(int i, const unsigned (&upper)[4], const unsigned (&lower)[4], const unsigned (&b)[4],
      float& d0, float& d1, float& d2, float& d3) {
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d0), "+f"(d1), "+f"(d2), "+f"(d3)
                 : "r"(upper[2 * i]), "r"(lower[2 * i]), "r"(upper[2 * i + 1]), "r"(lower[2 * i + 1]), "r"(b[2 * i]), "r"(b[2 * i + 1]));
  }
};

struct BFloat16 {
  static constexpr int words = 2;
  static constexpr int instructions = 1;

  static __device__ __forceinline__ void pack(const float (&row)[4], unsigned (&words)[2]) {
    words[0] = to_bfloat16(row[0], row[1]);
    words[1] = to_bfloat16(row[2], row[3]);
  }

  static __device__ __forceinline__ void multiply(int, const unsigned (&upper)[2], const unsigned (&lower)[2], const unsigned (&b)[2],
      float& d0, float& d1, float& d2, float& d3) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d0), "+f"(d1), "+f"(d2), "+f"(d3)
                 : "r"(upper[0]), "r"(lower[0]), "r"(upper[1]), "r"(lower[1]), "r"(b[0]), "r"(b[1]));
  }
};

// Blocks of 32 rows by blocks of 32 columns.
template <class Precision, int rowBlocks, int columnBlocks> struct TensorCores {
  static constexpr int rowSquares = rowBlocks;
  static constexpr int columnSquares = 2 * columnBlocks;
  static constexpr int rows = 32 * rowBlocks;
  static constexpr int columns = 32 * columnBlocks;

  static __device__ __forceinline__ int row(int lane, int square) { return 8 * square + (lane >> 2); }
  static __device__ __forceinline__ int column(int lane, int square) { return 8 * (square >> 1) + 2 * (lane & 3) + (square & 1); }

  template <class A, class B>
  static __device__ __forceinline__ void multiply(const float* a, const float* b, int firstRow, int firstColumn, int lane,
      float (&sums)[rowSquares][columnSquares][4][4]) {
    unsigned x[rowBlocks][4][Precision::words];
#pragma unroll
    for (int i = 0; i < rowBlocks; i++) {
      float v[4][4];
      A::square(a, firstRow + 8 * i + (lane >> 2), lane & 3, v);
#pragma unroll
      for (int h = 0; h < 4; h++) {
        Precision::pack(v[h], x[i][h]);
      }
    }
#pragma unroll
    for (int j = 0; j < columnBlocks; j++) {
      float v[4][4];
      B::square(b, firstColumn + 8 * j + (lane >> 2), lane & 3, v);
#pragma unroll
      for (int c = 0; c < 4; c++) {
        unsigned y[Precision::words];
        Precision::pack(v[c], y);
#pragma unroll
        for (int step = 0; step < Precision::instructions; step++) {
#pragma unroll
          for (int i = 0; i < rowBlocks; i++) {
#pragma unroll
            for (int r = 0; r < 4; r += 2) {
              Precision::multiply(step, x[i][r], x[i][r + 1], y, sums[i][2 * j][r][c], sums[i][2 * j + 1][r][c],
                  sums[i][2 * j][r + 1][c], sums[i][2 * j + 1][r + 1][c]);
            }
          }
        }
      }
    }
  }
};
