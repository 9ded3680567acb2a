// Copies from global to shared memory that run on while the threads compute (cp.async). Places in shared memory are
// addresses of its own 32-bit space. A source of 0 bytes is never read: zeros are written in place of what is missing.
#pragma once

__device__ __forceinline__ unsigned shared_address(const void* p) { return (unsigned) __cvta_generic_to_shared(p); }

// 16 bytes, of which the first `bytes` are read.
__device__ __forceinline__ void copy16(unsigned to, const float* from, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}

// One float, or a zero.
__device__ __forceinline__ void copy4(unsigned to, const float* from, bool present) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(from), "r"(present ? 4 : 0) : "memory");
}

// Four floats, of which the first `count` (of any size) are read; `aligned` says that `from` is a multiple of 16.
__device__ __forceinline__ void copy_four(unsigned to, const float* from, int count, bool aligned) {
  if (aligned) {
    copy16(to, from, 4 * max(0, min(4, count)));
  } else {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      copy4(to + 4 * i, from + (i < count ? i : 0), i < count);
    }
  }
}

// Ends a group of copies.
__device__ __forceinline__ void close_group() { asm volatile("cp.async.commit_group;" ::: "memory"); }

// Waits until at most the newest `pending` groups of this thread run on.
template <int pending> __device__ __forceinline__ void await_groups() {
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}
