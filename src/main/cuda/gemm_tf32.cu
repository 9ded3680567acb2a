// Products of matrices with the tensor cores' TF32 (gemm.h): operands are rounded to 10 bits of mantissa, sums are float32. A warp
// of the large tile has 64 x 64 sums, 128 registers of them, and reads 16 times 16 bytes for 64 instructions of 16 x 8 x 8.
#include "gemm.h"

GEMMS(large, Tiles<Tf32>::Large, 2)
GEMMS(medium, Tiles<Tf32>::Medium, 4)
GEMMS(small, Tiles<Tf32>::Small, 4)
