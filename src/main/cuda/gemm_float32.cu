// Products of matrices in float32 (gemm.h): 8 x 8 sums a thread in tiles of 128 x 128, 8 x 4 in smaller ones. Large products
// are bound by the fused multiply-adds: a tile of 128 x 128 does 64 of them for each float it copies.
#include "gemm.h"

GEMMS(large, Tiles<float>::Large, 2)
GEMMS(medium, Tiles<float>::Medium, 4)
GEMMS(small, Tiles<float>::Small, 4)
