// A slab of a matrix in shared memory: `size` rows (of A; columns of B) by 16 steps of k, all float32. It lies as its
// source does, either four steps of one row side by side (`alongK`) or four rows of one step, and is read in squares of
// 4 x 4, so that both kinds come out alike and no kernel transposes anything. The chunks of 16 bytes are permuted so that
// no eight lanes meet in a bank: not when lanes differ in the square of rows (float32), nor when they read two squares of
// rows by four of k (tensor cores), nor when they write.
#pragma once

constexpr int SLAB = 16;

template <bool alongK, int size> struct Slab {
  static constexpr bool stepsSideBySide = alongK;
  static constexpr int floats = size * SLAB;

  // The place of one float, of which this and the next three along the contiguous direction are a chunk.
  static __device__ __forceinline__ int place(int row, int k) {
    if (alongK) {      // a line of 128 bytes holds a row and that 4 below it; the squares below that swap their chunks
      return (row >> 3) * 128 + (row & 3) * 32 + (row >> 2 & 1) * 16 + ((k >> 2) ^ (row >> 3 & 3)) * 4 + (k & 3);
    }
    return k * size + ((row >> 2) ^ (k >> 2 & 3) << 1) * 4 + (row & 3);
  }

  // v[r][s] is row 4 * rows + r at step 4 * steps + s.
  static __device__ __forceinline__ void square(const float* slab, int rows, int steps, float (&v)[4][4]) {
    const float* p = slab + place(4 * rows, 4 * steps);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      float4 x = *(const float4*) (p + i * (alongK ? 32 : size));
      (alongK ? v[i][0] : v[0][i]) = x.x;
      (alongK ? v[i][1] : v[1][i]) = x.y;
      (alongK ? v[i][2] : v[2][i]) = x.z;
      (alongK ? v[i][3] : v[3][i]) = x.w;
    }
  }

  // v[r][s] is row 4 * rows + r at step 2 * steps + s.
  static __device__ __forceinline__ void square(const float* slab, int rows, int steps, float (&v)[4][2]) {
    const float* p = slab + place(4 * rows, 2 * steps);
    if (alongK) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        float2 x = *(const float2*) (p + i * 32);
        v[i][0] = x.x;
        v[i][1] = x.y;
      }
    } else {
#pragma unroll
      for (int s = 0; s < 2; s++) {
        float4 x = *(const float4*) (p + s * size);
        v[0][s] = x.x;
        v[1][s] = x.y;
        v[2][s] = x.z;
        v[3][s] = x.w;
      }
    }
  }
};
