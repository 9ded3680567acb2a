// Products of matrices with the tensor cores' bfloat16 (gemm.h): operands are rounded to 7 bits of mantissa, sums are float32. As
// operands are float32 in memory, the large tile copies 64 bytes a cycle at an A100's full rate: bound by L2 before arithmetic.
#include "gemm.h"

GEMMS(large, Tiles<BFloat16>::Large, 2)
GEMMS(medium, Tiles<BFloat16>::Medium, 4)
GEMMS(small, Tiles<BFloat16>::Small, 4)
