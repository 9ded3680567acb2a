// Convolutions and their gradients with the tensor cores' bfloat16 (convolution.h): operands are rounded to 7 bits of mantissa,
// sums are float32.
#include "convolution.h"

CONVOLUTIONS(BFloat16)
