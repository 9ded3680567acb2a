// Kernels with one fault each, which the software GPU has to report. Compile as kernels.cu.

struct Vectors {
  float* out;
  const float* a;
  const float* b;
  int n;
  float scale;
};

extern "C" __global__ void missing_syncthreads(Vectors v) {
  __shared__ float part[64];
  part[threadIdx.x] = v.a[threadIdx.x];
  v.out[threadIdx.x] = part[63 - threadIdx.x];
}

extern "C" __global__ void missing_syncthreads_before_reuse(Vectors v) {
  __shared__ float part[64];
  float r = 0;
  for (int i = 0; i < v.n; i++) {
    part[threadIdx.x] = v.a[threadIdx.x] + i;
    __syncthreads();
    r += part[(threadIdx.x + 32) % 64];
  }
  v.out[threadIdx.x] = r;
}

extern "C" __global__ void missing_syncwarp(Vectors v) {
  __shared__ float part[32];
  part[threadIdx.x] = v.a[threadIdx.x];
  v.out[threadIdx.x] = part[31 - threadIdx.x];
}

static __device__ unsigned shared_address(const void* p) {
  return (unsigned) __cvta_generic_to_shared(p);
}

extern "C" __global__ void missing_async_wait(Vectors v) {
  __shared__ float part[64];
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(shared_address(part + threadIdx.x)), "l"(v.a + threadIdx.x));
  asm volatile("cp.async.commit_group;");
  asm volatile("cp.async.wait_group 1;" ::: "memory");
  __syncthreads();
  v.out[threadIdx.x] = part[threadIdx.x];
}

extern "C" __global__ void missing_barrier_after_async_wait(Vectors v) {
  __shared__ float part[64];
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(shared_address(part + threadIdx.x)), "l"(v.a + threadIdx.x));
  asm volatile("cp.async.wait_all;" ::: "memory");
  v.out[threadIdx.x] = part[63 - threadIdx.x];
}

extern "C" __global__ void async_overwrites_what_is_read(Vectors v) {
  __shared__ float part[64];
  part[threadIdx.x] = 1;
  __syncthreads();
  v.out[threadIdx.x] = part[63 - threadIdx.x];
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(shared_address(part + threadIdx.x)), "l"(v.a + threadIdx.x));
  asm volatile("cp.async.wait_all;" ::: "memory");
}

extern "C" __global__ void reads_one_too_far(Vectors v) {
  v.out[threadIdx.x] = v.a[threadIdx.x + 1];
}

extern "C" __global__ void writes_one_too_far(Vectors v) {
  v.out[threadIdx.x + 1] = 1;
}

extern "C" __global__ void shared_out_of_bounds(Vectors v) {
  extern __shared__ float dynamic[];
  dynamic[threadIdx.x] = 1;
  v.out[threadIdx.x] = dynamic[threadIdx.x];
}

extern "C" __global__ void misaligned_vector(Vectors v) {
  float4 r = *reinterpret_cast<const float4*>(v.a + 1);
  v.out[threadIdx.x] = r.x + r.y + r.z + r.w;
}

extern "C" __global__ void misaligned_async(Vectors v) {
  __shared__ __align__(16) float part[256];
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared_address(part + 4 * threadIdx.x)), "l"(v.a + 1));
  asm volatile("cp.async.wait_all;" ::: "memory");
}

extern "C" __global__ void unwritten_shared(Vectors v) {
  __shared__ float part[64];
  if (threadIdx.x != 7) {
    part[threadIdx.x] = v.a[threadIdx.x];
  }
  __syncthreads();
  v.out[threadIdx.x] = part[threadIdx.x];
}

extern "C" __global__ void divergent_barrier(Vectors v) {
  if (threadIdx.x < 16) {
    asm volatile("bar.sync 0;" ::: "memory");
    v.out[threadIdx.x] = 1;
  }
  v.out[threadIdx.x] = v.a[threadIdx.x];
}

extern "C" __global__ void barrier_that_a_warp_misses(Vectors v) {
  if (threadIdx.x < 32) {
    asm volatile("bar.sync 0;" ::: "memory");
  }
  v.out[threadIdx.x] = v.a[threadIdx.x];
}

extern "C" __global__ void shuffle_that_lanes_miss(Vectors v) {
  float r = v.a[threadIdx.x];
  if (threadIdx.x < 16) {
    r += __shfl_xor_sync(~0u, r, 1);
  }
  v.out[threadIdx.x] = r;
}

extern "C" __global__ void blocks_write_the_same(Vectors v) {
  v.out[threadIdx.x] = blockIdx.x;
}

extern "C" __global__ void blocks_read_what_others_write(Vectors v) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  v.out[i] = 1;
  v.out[i] += v.out[(i + blockDim.x) % (blockDim.x * gridDim.x)];
}

extern "C" __global__ void lanes_write_different_values(Vectors v) {
  __shared__ float part[2];
  part[0] = threadIdx.x;
  __syncthreads();
  v.out[threadIdx.x] = part[0];
}

extern "C" __global__ void writes_constant(Vectors v) {
  v.out[threadIdx.x] = 1;
}
