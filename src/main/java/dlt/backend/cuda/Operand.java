package dlt.backend.cuda;

import dlt.tensor.TensorType;

/// A tensor in device memory, row-major from `address`, which is a multiple of 16.
record Operand(TensorType type, long address) {}
