// Where a kernel stores a value, dlt.backend.cuda.ShippedSection puts the code of the pointwise operations that follow: in place
// of this instruction, in a copy of the kernel's PTX, with the value, where it is stored, and its channel. A kernel as it ships
// stores the value as it is.
#pragma once

__device__ __forceinline__ float finish(float value, const float* at, int channel) {
  float r;
  asm volatile("mov.f32 %0, %1; // finish %2 %3" : "=f"(r) : "f"(value), "l"(at), "r"(channel));
  return r;
}
