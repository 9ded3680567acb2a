package dlt.backend.cpu;

/// What becomes of the sums of a product before they are stored: `bias` has an element for each column or channel.
record Epilogue(Operand bias, boolean relu) {}
