package dlt.backend.cuda;

/// What becomes of the sums of a product before they are stored: `bias`, with an element for each column of a matrix or
/// channel of an image, is added, and with `relu` what is negative becomes zero.
record Epilogue(Operand bias, boolean relu) {}
