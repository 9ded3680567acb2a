// Products of matrices in float32 (gemm.h): 8 x 8 sums a thread in tiles of 128 x 128, 8 x 4 in smaller ones. A tile of 128 x 128
// does 16 multiply-adds for each byte that it copies, so that large products are bound by arithmetic: two blocks of 256 threads a
// multiprocessor (128 registers a thread, 48 KiB), 16 reads of 16 bytes from shared memory for 256 multiply-adds of a thread.
#include "gemm.h"

GEMMS(large, Tiles<float>::Large, 2)
GEMMS(medium, Tiles<float>::Medium, 4)
GEMMS(small, Tiles<float>::Small, 4)
