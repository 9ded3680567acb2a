package dlt.backend.cpu;

/// What a kernel may be made of.
public enum InstructionSet {
  /// Emitted machine code, 512-bit vectors (AVX-512 F, DQ, BW, VL).
  AVX512,
  /// Emitted machine code, 256-bit vectors (AVX2 and FMA).
  AVX2,
  /// Plain Java loops: the twins of the emitted kernels.
  JAVA
}
