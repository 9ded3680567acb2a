// Convolutions and their gradients in float32 (convolution.h), with the tiles of gemm_float32.cu.
#include "convolution.h"

CONVOLUTIONS(large, Tiles<float>::Large, 2)
CONVOLUTIONS(medium, Tiles<float>::Medium, 4)
CONVOLUTIONS(small, Tiles<float>::Small, 4)
