// Convolutions and their gradients in float32 (convolution.h), with the tiles of gemm_float32.cu.
#include "convolution.h"

CONVOLUTIONS(float)
