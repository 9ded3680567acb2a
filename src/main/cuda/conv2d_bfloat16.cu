// Convolutions and their gradients with the tensor cores' bfloat16 (convolution.h): operands are rounded to 7 bits of mantissa,
// sums are float32.
#include "convolution.h"

CONVOLUTIONS(large, Tiles<BFloat16>::Large, 2)
CONVOLUTIONS(medium, Tiles<BFloat16>::Medium, 4)
CONVOLUTIONS(small, Tiles<BFloat16>::Small, 4)
