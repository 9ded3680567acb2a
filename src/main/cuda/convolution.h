// Convolutions of images as products of matrices whose operands are gathered while they are copied (implicit GEMM); nothing
// is unfolded in memory. A convolution, and the gradient by its images, has a row for each pixel of the result, a column for
// each channel, and k goes through taps and channels: it reads the pixel (i * step + first + tap * dilation) of the image. The
// gradient of a strided convolution is one such product for each remainder of the pixel by the stride, whose taps are those
// that meet it: Remainders, or dlt.backend.cuda.Conv2dGradInputKernel. The gradient by the weights has a row for each channel of the result,
// a column for each weight of a channel, and k goes through pixels, in slices.
//
// `channels`: images and weights lie channels last and the channels of a group are multiples of 4: all copies are of 16 bytes, and
// k goes through the channels of a tap first. The weights of a channel of the result are a row of a matrix then; the gradient by the
// images reads them tap by tap, across. Each float of a pixel is copied once a tap and tile of columns, so that tiles are as wide as
// the result's channels let them be: 64 x 64 does 8 products a byte that is copied, 128 x 128 does 16.
// `planes`: any strides, one float a copy, and no large tiles; k goes through the taps of a channel first.
#pragma once
#include "product.h"

// dlt.backend.cuda.Remainders: the pixels of the result by their remainders by the strides of a convolution whose gradient by the
// images this is, each of which meets taps of its own. Blocks count them in y, if there are any, where they count groups otherwise.
struct Remainders {
  int rows;                  // strides; 0 where there are none
  int columns;
  int top;                   // padding
  int left;
  int tapRows;               // all taps
  int tapColumns;
  Divisor fewerTapColumns;   // of the remainders that meet one tap less in a row than others
  int weightRow;             // floats from tap to tap
  int weightColumn;
  int outputRow;             // floats from pixel to pixel
  int outputColumn;
};

// dlt.backend.cuda.Convolution
struct Convolution {
  const float* image;
  const float* weights;      // or, for their gradient, the gradient by the result
  Product product;
  Divisor rows;              // of the pixels of the result
  Divisor columns;
  int imageStride;           // of the image
  int rowStride;
  int columnStride;
  int channelStride;
  int height;
  int width;
  int firstRow;              // of the image, for the first pixel and tap
  int firstColumn;
  int rowStep;               // from pixel to pixel
  int columnStep;
  int rowDilation;           // from tap to tap
  int columnDilation;
  Divisor inner;             // of k, or of the gradient's columns: channels of a tap, or taps of a channel
  Divisor tapColumns;
  Strides weightTaps;        // places of the taps in the weights; of the pixels in the gradient by the result
  int weightChannel;         // from channel to channel of k; of the result in its gradient, or from pixel to pixel of that (`channels`)
  int weightColumn;          // from column to column
  int imageGroup;            // floats from group to group
  int weightGroup;
  int outputGroup;
  Remainders remainders;
  Output output;
};

// What of the gradient by the images the block's remainder is; its first weight is the number `firstWeight`.
__device__ __forceinline__ Convolution own(const Convolution& all, int& firstWeight) {
  Convolution c = all;
  const Remainders& r = all.remainders;
  if (r.rows) {
    int i = (int) blockIdx.y / r.columns;
    int j = (int) blockIdx.y % r.columns;
    int row = (i + r.top) % r.rows;                // the first tap
    int column = (j + r.left) % r.columns;
    int tapRows = row < r.tapRows ? (r.tapRows - 1 - row) / r.rows + 1 : 0;
    int tapColumns = column < r.tapColumns ? (r.tapColumns - 1 - column) / r.columns + 1 : 0;
    c.firstRow = (i + r.top) / r.rows;
    c.firstColumn = (j + r.left) / r.columns;
    c.product.k = tapRows * tapColumns * (int) all.inner.value;
    if (tapColumns < (int) all.tapColumns.value) {
      c.tapColumns = r.fewerTapColumns;
    }
    firstWeight = row * r.weightRow + column * r.weightColumn;
    c.output.y += i * r.outputRow + j * r.outputColumn;
  }
  return c;
}

// A pixel of the image in which the window of a pixel of the result begins.
struct Corner {
  int row;
  int column;
  int offset;

  __device__ __forceinline__ Corner(const Convolution& c, int pixel, bool in) {
    unsigned line = c.columns.quotient(in ? pixel : 0);
    unsigned image = c.rows.quotient(line);
    int i = (int) (line - image * c.rows.value);
    int j = (int) ((in ? pixel : 0) - line * c.columns.value);
    row = i * c.rowStep + c.firstRow;
    column = j * c.columnStep + c.firstColumn;
    offset = (int) image * c.imageStride + row * c.rowStride + column * c.columnStride;
    row = in ? row : -(1 << 30);      // outside with every tap
  }
};

// One tap of a window and a channel.
struct Tap {
  int number;
  int channel;
  int row;                   // distance from the corner
  int column;
  int offset;

  // `channelsFirst`: that k goes through the channels of a tap first.
  template <bool channelsFirst> static __device__ __forceinline__ Tap of(const Convolution& c, int k) {
    Tap t;
    int outer = (int) c.inner.quotient(k);
    int rest = k - outer * (int) c.inner.value;
    t.number = channelsFirst ? outer : rest;
    t.channel = channelsFirst ? rest : outer;
    int row = (int) c.tapColumns.quotient(t.number);
    t.row = row * c.rowDilation;
    t.column = (t.number - row * (int) c.tapColumns.value) * c.columnDilation;
    t.offset = t.channel * c.channelStride + t.row * c.rowStride + t.column * c.columnStride;
    return t;
  }

  __device__ __forceinline__ bool meets(const Convolution& c, const Corner& corner) const {
    return (unsigned) (corner.row + row) < (unsigned) c.height && (unsigned) (corner.column + column) < (unsigned) c.width;
  }
};

// Rows of pixels, four channels of a tap at a time. Images have at most 2^14 rows and columns, and windows reach no further.
template <class T, int size> class PixelChannels {
  static constexpr int lines = T::threads / 4;
  static constexpr int rounds = size / lines;
  static_assert(rounds > 0 && lines % 32 == 0, "whole rounds");

  const Convolution& c;
  int corner[rounds];      // its row in the upper half, its column in the lower
  int offset[rounds];

 public:
  __device__ __forceinline__ PixelChannels(const Convolution& c, int first) : c(c) {
#pragma unroll
    for (int r = 0; r < rounds; r++) {
      int pixel = first + line() + r * lines;
      Corner own(c, pixel, pixel < c.product.m);
      corner[r] = max(own.row, -1 << 15) << 16 | (own.column & 0xffff);
      offset[r] = own.offset + (int) blockIdx.y * c.imageGroup;
    }
  }

  __device__ __forceinline__ void operator()(unsigned to, int slab) const {
#pragma unroll
    for (int d = 0; d < T::slabs; d++) {
      int k = slab * T::depth + d * SLAB + chunk();
      Tap tap = Tap::of<true>(c, k);
#pragma unroll
      for (int r = 0; r < rounds; r++) {
        bool in = k < c.product.k && (unsigned) ((corner[r] >> 16) + tap.row) < (unsigned) c.height
            && (unsigned) ((short) corner[r] + tap.column) < (unsigned) c.width;
        copy16(to + (d * Slab<true, size>::floats + Slab<true, size>::place(line() + r * lines, chunk())) * 4,
            c.image + (in ? offset[r] + tap.offset : 0), in ? 16 : 0);
      }
    }
  }

 private:
  static __device__ __forceinline__ int chunk() { return threadIdx.x % 4 * 4; }

  static __device__ __forceinline__ int line() { return threadIdx.x / 32 * 8 + row_of_8(threadIdx.x / 4 % 8); }
};

// Pixels side by side, one float at a time.
template <class T, int size> class PixelPlanes {
  static constexpr int lines = T::threads / size;      // steps of k at a time
  static_assert(lines > 0, "a thread has one pixel");

  const Convolution& c;
  const float* image;
  Corner corner;

 public:
  __device__ __forceinline__ PixelPlanes(const Convolution& c, const float* image, int first)
      : c(c), image(image), corner(c, first + threadIdx.x % size, first + threadIdx.x % size < c.product.m) {}

  __device__ __forceinline__ void operator()(unsigned to, int slab) const {
#pragma unroll 2
    for (int line = threadIdx.x / size; line < T::depth; line += lines) {
      int k = slab * T::depth + line;
      Tap tap = Tap::of<false>(c, k);
      bool in = k < c.product.k && tap.meets(c, corner);
      copy4(to + (line / SLAB * Slab<false, size>::floats + Slab<false, size>::place(threadIdx.x % size, line % SLAB)) * 4,
          image + (in ? corner.offset + tap.offset : 0), in);
    }
  }
};

// Weights of which each column is a row in memory, k side by side.
template <class T, int size> class WeightRows {
  static constexpr int lines = T::threads / 4;
  static constexpr int rounds = size / lines;
  static constexpr int unrolled = T::threads == 256 ? 1 : rounds;      // large tiles of float32 have no registers left
  static_assert(rounds > 0 && lines % 32 == 0, "whole rounds");

  const Convolution& c;
  int at;              // of the first round and slab
  int rows;            // how many there are from its row on

 public:
  __device__ __forceinline__ WeightRows(const Convolution& c, int first) : c(c) {
    at = (int) blockIdx.y * c.weightGroup + (first + line()) * c.weightColumn + chunk();
    rows = c.product.n - first - line();
  }

  __device__ __forceinline__ void operator()(unsigned to, int slab) const {
#pragma unroll
    for (int d = 0; d < T::slabs; d++) {
      int k = slab * T::depth + d * SLAB;
#pragma unroll unrolled
      for (int r = 0; r < rounds; r++) {
        bool in = k + chunk() < c.product.k && r * lines < rows;
        copy16(to + (d * Slab<true, size>::floats + Slab<true, size>::place(line() + r * lines, chunk())) * 4,
            c.weights + (in ? at + r * lines * c.weightColumn + k : 0), in ? 16 : 0);
      }
    }
  }

 private:
  static __device__ __forceinline__ int chunk() { return threadIdx.x % 4 * 4; }

  static __device__ __forceinline__ int line() { return threadIdx.x / 32 * 8 + row_of_8(threadIdx.x / 4 % 8); }
};

// Weights whose columns lie side by side: each step of k, a tap and a channel, is a row of them at another place.
template <class T, int size> class WeightChannels {
  static constexpr int chunks = size / 4;
  static constexpr int lines = T::threads / chunks;
  static constexpr int unrolled = T::threads == 256 ? 1 : T::depth / lines;      // large tiles of float32 have no registers left
  static_assert(T::depth % lines == 0, "whole rounds");

  const Convolution& c;
  int at;              // of the column, or less than 0 where there is none

 public:
  __device__ __forceinline__ WeightChannels(const Convolution& c, int firstWeight, int first) : c(c) {
    int column = first + threadIdx.x % chunks * 4;
    at = column < c.product.n ? firstWeight + (int) blockIdx.y * c.weightGroup + column : -1;
  }

  __device__ __forceinline__ void operator()(unsigned to, int slab) const {
#pragma unroll unrolled
    for (int i = 0; i < T::depth / lines; i++) {
      int line = threadIdx.x / chunks + i * lines;
      int k = slab * T::depth + line;
      int tap = (int) c.inner.quotient(k);
      int row = (int) c.tapColumns.quotient(tap);
      int offset = (k - tap * (int) c.inner.value) * c.weightChannel + row * c.weightTaps.middleStride
          + (tap - row * (int) c.tapColumns.value) * c.weightTaps.innerStride;
      bool in = at >= 0 && k < c.product.k;
      copy16(to + (line / SLAB * Slab<false, size>::floats + Slab<false, size>::place(threadIdx.x % chunks * 4, line % SLAB)) * 4,
          c.weights + (in ? offset + at : 0), in ? 16 : 0);
    }
  }
};

// Weights as they lie, each step of k at another place.
template <class T, int size> class WeightPlanes {
  static constexpr int lines = T::threads / SLAB;
  static_assert(lines % 8 == 0 && size % lines == 0, "whole rounds");

  const Convolution& c;
  const float* weights;
  int first;

 public:
  __device__ __forceinline__ WeightPlanes(const Convolution& c, const float* weights, int first) : c(c), weights(weights), first(first) {}

  __device__ __forceinline__ void operator()(unsigned to, int slab) const {
    int step = threadIdx.x % SLAB;
    int i = threadIdx.x / SLAB;
    int line = i / 8 * 8 + row_of_8(i % 8);
#pragma unroll 1
    for (int d = 0; d < T::slabs; d++) {
      int k = slab * T::depth + d * SLAB + step;
      Tap tap = Tap::of<false>(c, k);
      int offset = tap.channel * c.weightChannel + c.weightTaps.offset(tap.number);
#pragma unroll 2
      for (int row = line; row < size; row += lines) {
        bool in = k < c.product.k && first + row < c.product.n;
        copy4(to + (d * Slab<true, size>::floats + Slab<true, size>::place(row, step)) * 4,
            weights + (in ? offset + (first + row) * c.weightColumn : 0), in);
      }
    }
  }
};

// For the gradient by the weights: columns are taps and four channels, k are pixels.
template <class T, int size> class PatchChannels {
  static constexpr int chunks = size / 4;
  static constexpr int lines = T::threads / chunks;

  const Convolution& c;
  const float* image;
  Tap tap;
  bool in;

 public:
  __device__ __forceinline__ PatchChannels(const Convolution& c, const float* image, int first)
      : c(c), image(image), tap(Tap::of<true>(c, first + threadIdx.x % chunks * 4)), in(first + threadIdx.x % chunks * 4 < c.product.n) {}

  __device__ __forceinline__ void operator()(unsigned to, int slab) const {
#pragma unroll
    for (int i = 0; i < T::depth / lines; i++) {
      int line = threadIdx.x / chunks + i * lines;
      int pixel = slab * T::depth + line;
      Corner corner(c, pixel, pixel < c.product.k);
      bool inside = in && tap.meets(c, corner);
      copy16(to + (line / SLAB * Slab<false, size>::floats + Slab<false, size>::place(threadIdx.x % chunks * 4, line % SLAB)) * 4,
          image + (inside ? corner.offset + tap.offset : 0), inside ? 16 : 0);
    }
  }
};

// The same with any strides: k, pixels, side by side.
template <class T, int size> class PatchPlanes {
  static constexpr int lines = T::threads / SLAB;

  const Convolution& c;
  const float* image;
  int first;

 public:
  __device__ __forceinline__ PatchPlanes(const Convolution& c, const float* image, int first) : c(c), image(image), first(first) {}

  __device__ __forceinline__ void operator()(unsigned to, int slab) const {
    int step = threadIdx.x % SLAB;
    int i = threadIdx.x / SLAB;
    int line = i / 8 * 8 + row_of_8(i % 8);
#pragma unroll 1
    for (int d = 0; d < T::slabs; d++) {
      int pixel = slab * T::depth + d * SLAB + step;
      Corner corner(c, pixel, pixel < c.product.k);
#pragma unroll 2
      for (int row = line; row < size; row += lines) {
        Tap tap = Tap::of<false>(c, first + row);
        bool in = first + row < c.product.n && tap.meets(c, corner);
        copy4(to + (d * Slab<true, size>::floats + Slab<true, size>::place(row, step)) * 4,
            image + (in ? corner.offset + tap.offset : 0), in);
      }
    }
  }
};

// The gradient by the result with any strides: rows are channels, k pixels, side by side. Where pixels lie, the strides of taps
// say, which here have no other use.
template <class T, int size> class GradientPlanes {
  static constexpr int lines = T::threads / SLAB;

  const Convolution& c;
  const float* gradient;
  int first;

 public:
  __device__ __forceinline__ GradientPlanes(const Convolution& c, const float* gradient, int first) : c(c), gradient(gradient), first(first) {}

  __device__ __forceinline__ void operator()(unsigned to, int slab) const {
    int step = threadIdx.x % SLAB;
    int i = threadIdx.x / SLAB;
    int line = i / 8 * 8 + row_of_8(i % 8);
#pragma unroll 1
    for (int d = 0; d < T::slabs; d++) {
      int pixel = slab * T::depth + d * SLAB + step;
      bool there = pixel < c.product.k;
      int offset = c.weightTaps.offset(there ? pixel : 0);
#pragma unroll 2
      for (int row = line; row < size; row += lines) {
        bool in = there && first + row < c.product.m;
        copy4(to + (d * Slab<true, size>::floats + Slab<true, size>::place(row, step)) * 4,
            gradient + (in ? offset + (first + row) * c.weightChannel : 0), in);
      }
    }
  }
};

template <class T, bool aAlongK, bool bAlongK, bool ends, class A, class B>
__device__ __forceinline__ void convolve(const Convolution& c, float* memory, const Place& at, const A& a, const B& b) {
  const Product& p = c.product;
  float sums[T::Arithmetic::rowSquares][T::Arithmetic::columnSquares][4][4];
  sum<T, aAlongK, bAlongK>(memory, a, b, at.first, at.end, sums);
  store<T, ends>(p, c.output, c.output.y + (long long) blockIdx.y * c.outputGroup,
      p.partial ? p.partial + ((long long) blockIdx.z * gridDim.y + blockIdx.y) * p.m * p.n : nullptr, memory, at, sums);
}

#define CONVOLUTION(name, T, blocks, aAlongK, bAlongK, ends, loadA, loadB) \
  extern "C" __global__ void __launch_bounds__(T::threads, blocks) name(const __grid_constant__ Convolution c) { \
    __shared__ __align__(16) float memory[STAGES * T::stage]; \
    [[maybe_unused]] const float* image = c.image + (long long) blockIdx.y * c.imageGroup; \
    [[maybe_unused]] const float* weights = c.weights + (long long) blockIdx.y * c.weightGroup; \
    Place at = place<T>(c.product); \
    convolve<T, aAlongK, bAlongK, ends>(c, memory, at, loadA, loadB); \
  }

#define CHANNELS(size, T, blocks) \
  CONVOLUTION(convolve_channels_##size, T, blocks, true, true, true, (PixelChannels<T, T::rows>(c, at.row)), \
      (WeightRows<T, T::columns>(c, at.column))) \
  extern "C" __global__ void __launch_bounds__(T::threads, blocks) grad_input_channels_##size(const __grid_constant__ Convolution all) { \
    __shared__ __align__(16) float memory[STAGES * T::stage]; \
    int firstWeight = 0; \
    Convolution c = own(all, firstWeight); \
    Place at = place<T>(c.product); \
    convolve<T, true, false, true>(c, memory, at, PixelChannels<T, T::rows>(c, at.row), WeightChannels<T, T::columns>(c, firstWeight, at.column)); \
  } \
  CONVOLUTION(grad_weight_channels_##size, T, blocks, false, false, false, \
      (MatrixLoader<T, false, T::rows>(weights, c.weightChannel, true, at.row, c.product.m, c.product.k)), \
      (PatchChannels<T, T::columns>(c, image, at.column)))

#define PLANES(size, T, blocks) \
  CONVOLUTION(convolve_planes_##size, T, blocks, false, true, true, (PixelPlanes<T, T::rows>(c, image, at.row)), \
      (WeightPlanes<T, T::columns>(c, weights, at.column))) \
  CONVOLUTION(grad_weight_planes_##size, T, blocks, true, true, false, (GradientPlanes<T, T::rows>(c, weights, at.row)), \
      (PatchPlanes<T, T::columns>(c, image, at.column)))

#define CONVOLUTIONS(Precision) \
  CHANNELS(large, Tiles<Precision>::Large, 2) \
  CHANNELS(medium, Tiles<Precision>::Medium, 4) \
  CHANNELS(small, Tiles<Precision>::Small, 4) \
  PLANES(medium, Tiles<Precision>::Medium, 4) \
  PLANES(small, Tiles<Precision>::Small, 4)
