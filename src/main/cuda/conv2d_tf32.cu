// Convolutions and their gradients with the tensor cores' TF32 (convolution.h): operands are rounded to 10 bits of mantissa,
// sums are float32.
#include "convolution.h"

CONVOLUTIONS(large, Tiles<Tf32>::Large, 2)
CONVOLUTIONS(medium, Tiles<Tf32>::Medium, 4)
CONVOLUTIONS(small, Tiles<Tf32>::Small, 4)
