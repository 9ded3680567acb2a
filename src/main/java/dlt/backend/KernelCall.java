package dlt.backend;

/// One call of a kernel in a program, for profiles.
///
/// @param kernel op, shapes and the path taken, such as `conv2d 8x64x56x56 * 64x64x3x3 channels-last`; calls of one kernel
///     share it
/// @param operations floating-point operations of the op, by its shapes ([dlt.graph.Flops])
/// @param arithmetic what the path taken keeps the processor's multiply-adders busy with, in the same unit: fewer than
///     `operations` in Winograd's convolutions, more where a function takes many instructions
/// @param bytes what has to be read and written at least: each operand once
public record KernelCall(String kernel, long operations, long arithmetic, long bytes) {}
