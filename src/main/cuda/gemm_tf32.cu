// Products of matrices with the tensor cores' TF32 (gemm.h): operands are rounded to 10 bits of mantissa, sums are float32.
#include "gemm.h"

GEMMS(large, Tiles<Tf32>::Large, 2)
GEMMS(medium, Tiles<Tf32>::Medium, 4)
GEMMS(small, Tiles<Tf32>::Small, 4)
