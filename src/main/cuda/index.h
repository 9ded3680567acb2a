// What kernels that take one element a thread share: which elements are a thread's, and an element's coordinates.
#pragma once

// for (long long i : those of n that are this thread's)
#define EACH(i, n) \
  for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < (n); i += gridDim.x * (long long)blockDim.x)

// The innermost coordinate of element i, which becomes the number of what is left.
static __device__ __forceinline__ int take(long long& i, int size) {
  int r;
  if ((unsigned long long)i >> 32) {
    r = (int)(i % size);
    i /= size;
  } else {
    unsigned low = (unsigned)i;
    unsigned q = low / (unsigned)size;
    r = (int)(low - q * size);
    i = q;
  }
  return r;
}
