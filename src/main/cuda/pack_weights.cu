// Packs the weights of a convolution for copies of 16 bytes: from where they lie to [group, k, columns rounded up to 4], k going
// through the channels of a tap first, zeros in what is added. A thread moves one float. Bound by its reads, which are scattered.
#include "divisor.h"

// dlt.backend.cuda.PackedWeights
struct Packing {
  const float* weights;
  float* packed;
  int k;
  int columns;
  Divisor stride;            // of k: columns rounded up
  Divisor channels;          // of a tap
  Strides taps;
  int channelStride;
  int columnStride;
  int groupStride;
};

extern "C" __global__ void __launch_bounds__(256) pack_weights(const __grid_constant__ Packing p) {
  unsigned i = blockIdx.x * 256 + threadIdx.x;
  unsigned k = p.stride.quotient(i);
  int column = (int) (i - k * p.stride.value);
  if (k >= (unsigned) p.k) {
    return;
  }
  unsigned tap = p.channels.quotient(k);
  int channel = (int) (k - tap * p.channels.value);
  const float* from = p.weights + (long long) blockIdx.y * p.groupStride + p.taps.offset(tap) + channel * p.channelStride + (long long) column * p.columnStride;
  p.packed[(long long) blockIdx.y * p.k * p.stride.value + i] = column < p.columns ? *from : 0;
}
