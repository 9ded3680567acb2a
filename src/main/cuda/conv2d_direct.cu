// Convolutions whose groups have few channels, depthwise ones above all, and their gradients, in float32: there is no product of
// matrices in them worth the name. The result and the gradient by the images are one thread an element, which goes through its
// taps; the gradient by the weights is one block a weight, whose threads share the pixels and whose sums are added as a tree.
// Bound by memory for large images: two operations for each float that is read, most of which the caches hold.
#include "divisor.h"
#include "finish.h"

constexpr int THREADS = 256;

// dlt.backend.cuda.DirectConvolution
struct DirectConvolution {
  const float* image;        // the images, or the gradient by the result
  const float* weights;      // the weights, or the gradient by the result
  float* y;
  const float* bias;         // or null
  int relu;
  int channelsLast;          // the result
  int weightResult;          // of the weights, or of their gradient: from channel to channel of the result, of the images,
  int weightChannel;         // and from tap to tap
  int weightTap;
  int elements;              // of the result
  int channels;              // of a group of the images: the result's, the gradient's
  int resultChannels;
  int height;                // of `image`
  int width;
  int imageStride;           // of `image`
  int channelStride;
  int rowStride;
  int columnStride;
  int gradientStride;        // of the gradient that the weights' is made of
  int gradientChannelStride;
  int gradientRowStride;
  int gradientColumnStride;
  Divisor inner;             // sizes of the result: of columns, rows, channels, or of channels, columns, rows; of the
  Divisor middle;            // gradient by the weights: columns, rows and channels of a weight
  Divisor outer;
  Divisor pixelColumns;      // of the gradient by the result
  Divisor pixelRows;
  int pixels;
  int kernelHeight;
  int kernelWidth;
  int strideH;
  int strideW;
  int padTop;
  int padLeft;
  int dilationH;
  int dilationW;
};

struct Element {
  int n;
  int channel;
  int row;
  int column;

  __device__ __forceinline__ Element(const DirectConvolution& d, unsigned i) {
    unsigned a = d.inner.quotient(i);
    unsigned b = d.middle.quotient(a);
    unsigned c = d.outer.quotient(b);
    int first = (int) (i - a * d.inner.value);
    int second = (int) (a - b * d.middle.value);
    int third = (int) (b - c * d.outer.value);
    n = (int) c;
    channel = d.channelsLast ? first : third;
    row = d.channelsLast ? third : second;
    column = d.channelsLast ? second : first;
  }
};

__device__ __forceinline__ void store(const DirectConvolution& d, unsigned i, int channel, float sum) {
  float v = sum + (d.bias ? d.bias[channel] : 0);
  d.y[i] = finish(d.relu && v < 0 ? 0 : v, d.y + i, channel);
}

extern "C" __global__ void __launch_bounds__(THREADS, 4) convolve_direct(const __grid_constant__ DirectConvolution d) {
  unsigned i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= (unsigned) d.elements) {
    return;
  }
  Element e(d, i);
  const float* weights = d.weights + e.channel * d.weightResult;
  const float* image = d.image + (long long) e.n * d.imageStride + e.channel / d.resultChannels * d.channels * d.channelStride;
  float sum = 0;
  for (int c = 0; c < d.channels; c++) {
    for (int r = 0; r < d.kernelHeight; r++) {
      int row = e.row * d.strideH - d.padTop + r * d.dilationH;
      for (int s = 0; s < d.kernelWidth; s++) {
        int column = e.column * d.strideW - d.padLeft + s * d.dilationW;
        if ((unsigned) row < (unsigned) d.height && (unsigned) column < (unsigned) d.width) {
          sum = fmaf(image[c * d.channelStride + row * d.rowStride + column * d.columnStride],
              weights[c * d.weightChannel + (r * d.kernelWidth + s) * d.weightTap], sum);
        }
      }
    }
  }
  store(d, i, e.channel, sum);
}

extern "C" __global__ void __launch_bounds__(THREADS, 4) grad_input_direct(const __grid_constant__ DirectConvolution d) {
  unsigned i = blockIdx.x * THREADS + threadIdx.x;
  if (i >= (unsigned) d.elements) {
    return;
  }
  Element e(d, i);
  int group = e.channel / d.channels;
  const float* weights = d.weights + group * d.resultChannels * d.weightResult + e.channel % d.channels * d.weightChannel;
  const float* image = d.image + (long long) e.n * d.imageStride + group * d.resultChannels * d.channelStride;
  float sum = 0;
  for (int o = 0; o < d.resultChannels; o++) {
    for (int r = 0; r < d.kernelHeight; r++) {
      int row = e.row + d.padTop - r * d.dilationH;
      for (int s = 0; s < d.kernelWidth; s++) {
        int column = e.column + d.padLeft - s * d.dilationW;
        if (row >= 0 && column >= 0 && row % d.strideH == 0 && column % d.strideW == 0 && row / d.strideH < d.height
            && column / d.strideW < d.width) {
          sum = fmaf(image[o * d.channelStride + row / d.strideH * d.rowStride + column / d.strideW * d.columnStride],
              weights[o * d.weightResult + (r * d.kernelWidth + s) * d.weightTap], sum);
        }
      }
    }
  }
  store(d, i, e.channel, sum);
}

extern "C" __global__ void __launch_bounds__(THREADS) grad_weight_direct(const __grid_constant__ DirectConvolution d) {
  __shared__ float sums[THREADS];
  unsigned a = d.inner.quotient(blockIdx.x);
  unsigned b = d.middle.quotient(a);
  unsigned o = d.outer.quotient(b);
  int tapColumn = (int) (blockIdx.x - a * d.inner.value);
  int tapRow = (int) (a - b * d.middle.value);
  int own = (int) (b - o * d.outer.value);
  int column = tapColumn * d.dilationW - d.padLeft;
  int row = tapRow * d.dilationH - d.padTop;
  int channel = (int) o / d.resultChannels * d.channels + own;
  const float* image = d.image + channel * d.channelStride;
  const float* gradient = d.weights + (int) o * d.gradientChannelStride;
  float sum = 0;
  for (int p = threadIdx.x; p < d.pixels; p += THREADS) {
    unsigned line = d.pixelColumns.quotient(p);
    unsigned n = d.pixelRows.quotient(line);
    int i = (int) (line - n * d.pixelRows.value);
    int j = (int) (p - line * d.pixelColumns.value);
    int y = i * d.strideH + row;
    int x = j * d.strideW + column;
    if ((unsigned) y < (unsigned) d.height && (unsigned) x < (unsigned) d.width) {
      sum = fmaf(image[(int) n * d.imageStride + y * d.rowStride + x * d.columnStride],
          gradient[(int) n * d.gradientStride + i * d.gradientRowStride + j * d.gradientColumnStride], sum);
    }
  }
  sums[threadIdx.x] = sum;
  for (int half = THREADS / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) {
      sums[threadIdx.x] += sums[threadIdx.x + half];
    }
  }
  if (threadIdx.x == 0) {
    d.y[(int) o * d.weightResult + own * d.weightChannel + (tapRow * d.kernelWidth + tapColumn) * d.weightTap] = sums[0];
  }
}
