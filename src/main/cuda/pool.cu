// Pools over images that lie in planes or channels-last, and their gradients. A thread takes one element of the result, in the order
// in which the images, or the gradient by them, lie in memory: that is the larger side, and the other one may lie otherwise. A
// gradient's thread looks at each window that covers its pixel, in row-major order: so no two threads add to one element. The
// gradient of a maximum belongs to the first largest pixel of the window, which is looked for again; NaN is larger than every number.
#include "finish.h"
#include "index.h"

// Where pixel [n, c, h, w] is.
struct Strides {
  long long n, c;
  int h, w;
};

// x are the images; y what the pool makes of them, or the gradient by it; dx the gradient by the images.
struct Params {
  const float* x;
  float* y;
  float* dx;
  long long count;            // elements of the result
  Strides xs, ys, dxs;
  int channels, height, width, outHeight, outWidth;
  int kernelH, kernelW, strideH, strideW, top, left, dilationH, dilationW;
  int declaredHeight, declaredWidth;      // with the bottom and right padding that is not ceil_mode's, less that at the top and left
  int countPadding;
  int channelsLast;           // the images
};

struct Position {
  int n, c, h, w;
};

static __device__ __forceinline__ Position position(const Params& p, long long i, int height, int width) {
  Position r;
  if (p.channelsLast) {
    r.c = take(i, p.channels);
  }
  r.w = take(i, width);
  r.h = take(i, height);
  if (!p.channelsLast) {
    r.c = take(i, p.channels);
  }
  r.n = (int)i;
  return r;
}

static __device__ __forceinline__ long long at(const Strides& s, int n, int c, int h, int w) { return n * s.n + c * s.c + h * (long long)s.h + w * (long long)s.w; }

// The first window that may cover pixel h, and the end of those that do.
static __device__ __forceinline__ int firstWindow(int h, int before, int span, int stride) {
  int from = h + before - span + 1;
  return from <= 0 ? 0 : (from + stride - 1) / stride;
}

static __device__ __forceinline__ int endWindow(int h, int before, int stride, int out) { return min((h + before) / stride + 1, out); }

static __device__ __forceinline__ bool wins(float later, float best) { return later > best || (later != later && best == best); }

// The first largest pixel of a window as h * width + w, or -1 where it has none; its value in `best`.
static __device__ __forceinline__ int winner(const Params& p, const float* x, int top, int left, float& best) {
  int r = -1;
  best = -__int_as_float(0x7f800000);
  for (int i = 0; i < p.kernelH; i++) {
    int h = top + i * p.dilationH;
    if (h < 0 || h >= p.height) {
      continue;
    }
    for (int j = 0; j < p.kernelW; j++) {
      int w = left + j * p.dilationW;
      if (w >= 0 && w < p.width) {
        float v = x[h * (long long)p.xs.h + w * (long long)p.xs.w];
        if (r < 0 || wins(v, best)) {
          best = v;
          r = h * p.width + w;
        }
      }
    }
  }
  return r;
}

extern "C" __global__ void __launch_bounds__(256, 4) max_pool2d(const __grid_constant__ Params p) {
  EACH(i, p.count) {
    Position o = position(p, i, p.outHeight, p.outWidth);
    float best;
    winner(p, p.x + at(p.xs, o.n, o.c, 0, 0), o.h * p.strideH - p.top, o.w * p.strideW - p.left, best);
    float* y = p.y + at(p.ys, o.n, o.c, o.h, o.w);
    *y = finish(best, y, o.c);
  }
}

extern "C" __global__ void __launch_bounds__(256, 4) max_pool2d_grad(const __grid_constant__ Params p) {
  int spanH = p.dilationH * (p.kernelH - 1) + 1;
  int spanW = p.dilationW * (p.kernelW - 1) + 1;
  EACH(i, p.count) {
    Position o = position(p, i, p.height, p.width);
    const float* x = p.x + at(p.xs, o.n, o.c, 0, 0);
    const float* dy = p.y + at(p.ys, o.n, o.c, 0, 0);
    float sum = 0;
    int endH = endWindow(o.h, p.top, p.strideH, p.outHeight);
    int endW = endWindow(o.w, p.left, p.strideW, p.outWidth);
    for (int oh = firstWindow(o.h, p.top, spanH, p.strideH); oh < endH; oh++) {
      int top = oh * p.strideH - p.top;
      if ((o.h - top) % p.dilationH != 0) {
        continue;
      }
      for (int ow = firstWindow(o.w, p.left, spanW, p.strideW); ow < endW; ow++) {
        int left = ow * p.strideW - p.left;
        float best;
        if ((o.w - left) % p.dilationW == 0 && winner(p, x, top, left, best) == o.h * p.width + o.w) {
          sum = __fadd_rn(sum, dy[oh * (long long)p.ys.h + ow * (long long)p.ys.w]);
        }
      }
    }
    p.dx[i] = finish(sum, p.dx + i, o.c);
  }
}

// How many of the kernel's pixels count.
static __device__ __forceinline__ int covered(const Params& p, int start, int kernel, int size, int declared) {
  return p.countPadding ? min(start + kernel, declared) - start : min(start + kernel, size) - max(start, 0);
}

static __device__ __forceinline__ float divisor(const Params& p, int top, int left) {
  return (float)(covered(p, top, p.kernelH, p.height, p.declaredHeight) * covered(p, left, p.kernelW, p.width, p.declaredWidth));
}

extern "C" __global__ void __launch_bounds__(256, 4) avg_pool2d(const __grid_constant__ Params p) {
  EACH(i, p.count) {
    Position o = position(p, i, p.outHeight, p.outWidth);
    const float* x = p.x + at(p.xs, o.n, o.c, 0, 0);
    int top = o.h * p.strideH - p.top;
    int left = o.w * p.strideW - p.left;
    int endH = min(top + p.kernelH, p.height);
    int endW = min(left + p.kernelW, p.width);
    float sum = 0;
    for (int h = max(top, 0); h < endH; h++) {
      for (int w = max(left, 0); w < endW; w++) {
        sum = __fadd_rn(sum, x[h * (long long)p.xs.h + w * (long long)p.xs.w]);
      }
    }
    // a window of nothing but padding has no pixel to count
    float* y = p.y + at(p.ys, o.n, o.c, o.h, o.w);
    *y = finish(__fdiv_rn(sum, fmaxf(1, divisor(p, top, left))), y, o.c);
  }
}

extern "C" __global__ void __launch_bounds__(256, 4) avg_pool2d_grad(const __grid_constant__ Params p) {
  EACH(i, p.count) {
    Position o = position(p, i, p.height, p.width);
    const float* dy = p.y + at(p.ys, o.n, o.c, 0, 0);
    float sum = 0;
    int endH = endWindow(o.h, p.top, p.strideH, p.outHeight);
    int endW = endWindow(o.w, p.left, p.strideW, p.outWidth);
    for (int oh = firstWindow(o.h, p.top, p.kernelH, p.strideH); oh < endH; oh++) {
      for (int ow = firstWindow(o.w, p.left, p.kernelW, p.strideW); ow < endW; ow++) {
        float by = divisor(p, oh * p.strideH - p.top, ow * p.strideW - p.left);
        sum = __fadd_rn(sum, __fdiv_rn(dy[oh * (long long)p.ys.h + ow * (long long)p.ys.w], by));
      }
    }
    p.dx[i] = finish(sum, p.dx + i, o.c);
  }
}
