package dlt.tensor;

/// The element types of tensors and of the files that hold them. A graph computes in [#FLOAT32] (float64 on the
/// reference backend) and indexes with [#INT64]; the others occur in files.
public enum DType {
  FLOAT32(4, "F32"),
  FLOAT64(8, "F64"),
  INT64(8, "I64"),
  INT32(4, "I32"),
  INT16(2, "I16"),
  INT8(1, "I8"),
  UINT8(1, "U8"),
  BOOL(1, "BOOL"),
  FLOAT16(2, "F16"),
  BFLOAT16(2, "BF16");

  private final int bytes;
  private final String safetensors;

  DType(int bytes, String safetensors) {
    this.bytes = bytes;
    this.safetensors = safetensors;
  }

  /// Size of one element.
  public int bytes() {
    return bytes;
  }

  /// Its name in a safetensors header.
  public String safetensors() {
    return safetensors;
  }

  /// Whether its values are floating-point numbers.
  public boolean floating() {
    return switch (this) {
      case FLOAT32, FLOAT64, FLOAT16, BFLOAT16 -> true;
      case INT64, INT32, INT16, INT8, UINT8, BOOL -> false;
    };
  }
}
