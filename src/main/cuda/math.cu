// Functions of one element that are more than an instruction: what kernels written by dlt.backend.cuda.PointwiseKernel contain
// copies of (dlt.backend.cuda.MathFunctions takes them from the PTX by name). All are CUDA's own but for the sigmoid, whose
// exponential never overflows; sine and cosine, whose reduction needs no table in memory: up to 2^30 by a fused product with
// pi/2 in two parts in double precision, above it by the product of the mantissa with those 96 bits of 2/pi that matter; and the
// power, which follows java.lang.Math where C differs.
#define FUNCTION extern "C" __device__ __attribute__((used)) float

FUNCTION math_exp(float x) { return expf(x); }

FUNCTION math_expm1(float x) { return expm1f(x); }

FUNCTION math_log(float x) { return logf(x); }

FUNCTION math_log1p(float x) { return log1pf(x); }

FUNCTION math_tanh(float x) { return tanhf(x); }

FUNCTION math_erf(float x) { return erff(x); }

FUNCTION math_lgamma(float x) { return lgammaf(x); }

FUNCTION math_sigmoid(float x) {
  float z = expf(-fabsf(x));
  return __fdiv_rn(x < 0 ? z : 1.0f, 1.0f + z);
}

FUNCTION math_pow(float x, float y) {
  bool undefined = fabsf(x) == 1.0f && !(fabsf(y) < __int_as_float(0x7f800000));
  return undefined ? __int_as_float(0x7fc00000) : powf(x, y);
}

// 2/pi behind the binary point, 32 bits a word
static __device__ __forceinline__ unsigned two_over_pi(int word) {
  return word == 0 ? 0xa2f9836eu : word == 1 ? 0x4e441529u : word == 2 ? 0xfc2757d1u : word == 3 ? 0xf534ddc0u
      : word == 4 ? 0xdb629599u : word == 5 ? 0x3c439041u : 0xfe5163abu;
}

// x = n pi/2 + r with |r| <= pi/4: r, and n mod 4 in `quadrant`
static __device__ __forceinline__ float reduce(float x, int& quadrant) {
  if (fabsf(x) < 0x1p30f) {
    double n = rint(x * 0x1.45f306dc9c883p-1);
    quadrant = (int)n;
    return (float)fma(-n, 0x1.1a62633145c07p-54, fma(-n, 0x1.921fb54442d18p0, (double)x));
  }
  unsigned bits = __float_as_uint(x);
  int skipped = (int)(bits >> 23 & 255) - 152;      // leading bits of 2/pi that give whole turns
  int word = skipped >> 5;
  int shift = skipped & 31;
  unsigned a = two_over_pi(word), b = two_over_pi(word + 1), c = two_over_pi(word + 2), d = two_over_pi(word + 3);
  unsigned long long mantissa = (bits & 0x7fffff) | 0x800000;
  unsigned long long low = mantissa * __funnelshift_l(d, c, shift);
  unsigned long long middle = mantissa * __funnelshift_l(c, b, shift) + (low >> 32);
  unsigned high = (unsigned)mantissa * __funnelshift_l(b, a, shift) + (unsigned)(middle >> 32);
  long long fraction = (long long)((unsigned long long)high << 34 | (middle & 0xffffffff) << 2);
  int n = (int)(high >> 30) + (fraction < 0);
  float r = (float)((double)fraction * 0x1.921fb54442d18p-64);
  quadrant = bits >> 31 ? -n : n;
  return bits >> 31 ? -r : r;
}

static __device__ __forceinline__ float sine(float x, int turned) {
  if (!(fabsf(x) < __int_as_float(0x7f800000))) {
    return x - x;
  }
  int quadrant;
  float r = reduce(x, quadrant);
  quadrant += turned;
  float s = r * r;
  float sin = fmaf(fmaf(fmaf(-1.9515295891e-4f, s, 8.3321608736e-3f), s, -1.6666654611e-1f), s * r, r);
  float cos = fmaf(fmaf(fmaf(fmaf(2.443315711809948e-5f, s, -1.388731625493765e-3f), s, 4.166664568298827e-2f), s, -0.5f), s, 1.0f);
  float y = quadrant & 1 ? cos : sin;
  return quadrant & 2 ? -y : y;
}

FUNCTION math_sin(float x) { return sine(x, 0); }

FUNCTION math_cos(float x) { return sine(x, 1); }
