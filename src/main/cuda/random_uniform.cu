// Numbers in [0, 1): those of dlt.tensor.Philox, bit for bit (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). A
// thread takes a block of four, the ten rounds of whose counter are computed in registers.

struct Params {
  const long long* rng;       // seed and step
  float* y;
  long long count;
  int stream;
};

extern "C" __global__ void __launch_bounds__(256) random_uniform(const __grid_constant__ Params p) {
  unsigned long long seed = p.rng[0];
  unsigned step = (unsigned)p.rng[1];
  long long blocks = (p.count + 3) / 4;
  for (long long i = blockIdx.x * 256ll + threadIdx.x; i < blocks; i += gridDim.x * 256ll) {
    unsigned c[4] = {(unsigned)i, (unsigned)(i >> 32), (unsigned)p.stream, step};
    unsigned k0 = (unsigned)seed;
    unsigned k1 = (unsigned)(seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
      unsigned high0 = __umulhi(0xD2511F53u, c[0]), low0 = 0xD2511F53u * c[0];
      unsigned high1 = __umulhi(0xCD9E8D57u, c[2]), low1 = 0xCD9E8D57u * c[2];
      c[0] = high1 ^ c[1] ^ k0;
      c[2] = high0 ^ c[3] ^ k1;
      c[1] = low1;
      c[3] = low0;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    if (4 * i + 4 <= p.count) {
      ((float4*)p.y)[i] = make_float4((c[0] >> 8) * 0x1p-24f, (c[1] >> 8) * 0x1p-24f, (c[2] >> 8) * 0x1p-24f, (c[3] >> 8) * 0x1p-24f);
    } else {
#pragma unroll
      for (int k = 0; k < 3; k++) {
        if (4 * i + k < p.count) {
          p.y[4 * i + k] = (c[k] >> 8) * 0x1p-24f;
        }
      }
    }
  }
}
