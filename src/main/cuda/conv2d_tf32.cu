// Convolutions and their gradients with the tensor cores' TF32 (convolution.h): operands are rounded to 10 bits of mantissa,
// sums are float32.
#include "convolution.h"

CONVOLUTIONS(Tf32)
