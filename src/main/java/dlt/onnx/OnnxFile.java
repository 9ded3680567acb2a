package dlt.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Reads the parts of an ONNX file: the model, and tensors as they lie in it.
public final class OnnxFile {
  private OnnxFile() {}

  /// The model in `file`. Throws a [Failure] of kind DATA where it is none.
  public static ModelProto model(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      CodedInputStream coded = CodedInputStream.newInstance(in);
      coded.setSizeLimit(Integer.MAX_VALUE);
      ModelProto model = ModelProto.parseFrom(coded);
      if (!model.hasGraph() || model.getOpsetImportCount() == 0) {
        throw new Failure(Failure.Kind.DATA, file + ": found no graph, expected an ONNX model");
      }
      return model;
    } catch (NoSuchFileException e) {
      throw new Failure(Failure.Kind.DATA, file + ": no such file", e);
    } catch (InvalidProtocolBufferException e) {
      throw new Failure(Failure.Kind.DATA, file + ": is no ONNX model, or cut off: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new Failure(Failure.Kind.DATA, file + ": could not be read: " + Failure.reason(e), e);
    }
  }

  /// The type that stands for an ONNX element type here: unsigned types become the next larger signed one. Empty where dlt
  /// has none (text, complex numbers).
  static Optional<DType> dtype(int elementType) {
    return Optional.ofNullable(switch (TensorProto.DataType.forNumber(elementType)) {
      case FLOAT -> DType.FLOAT32;
      case DOUBLE -> DType.FLOAT64;
      case FLOAT16 -> DType.FLOAT16;
      case BFLOAT16 -> DType.BFLOAT16;
      case BOOL -> DType.BOOL;
      case INT8 -> DType.INT8;
      case UINT8 -> DType.UINT8;
      case INT16 -> DType.INT16;
      case UINT16, INT32 -> DType.INT32;
      case UINT32, INT64, UINT64 -> DType.INT64;
      case null, default -> null;
    });
  }

  /// The values of `t`. Throws a [Failure] of kind DATA where they lie elsewhere, are of a type that dlt has not, or are not as many
  /// as its shape says.
  public static HostTensor tensor(TensorProto t) {
    if (t.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      throw new Failure(Failure.Kind.DATA, "ONNX tensor " + t.getName()
          + ": its values lie in another file; save the model with its weights inside (onnx.save_model(..., save_as_external_data=False))");
    }
    DType dtype = dtype(t.getDataType()).orElseThrow(() -> new Failure(Failure.Kind.DATA,
        "ONNX tensor " + t.getName() + ": found element type " + TensorProto.DataType.forNumber(t.getDataType()) + ", expected numbers"));
    Shape shape = shape(t);
    // a value has a byte or more; before there is memory for all of them
    if (shape.size() > t.getSerializedSize()) {
      throw new Failure(Failure.Kind.DATA, "ONNX tensor " + t.getName() + ": found " + t.getSerializedSize() + " bytes, expected the values of " + shape);
    }
    HostTensor r = HostTensor.allocate(new TensorType(dtype, shape));
    if (!t.getRawData().isEmpty() || shape.size() == 0) {
      raw(t, r);
    } else {
      listed(t, r);
    }
    return r;
  }

  private static Shape shape(TensorProto t) {
    try {
      Shape shape = new Shape(t.getDimsList().stream().map(Math::toIntExact).toList());
      shape.size();
      return shape;
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw new Failure(Failure.Kind.DATA, "ONNX tensor " + t.getName() + ": found sizes " + t.getDimsList() + ", expected those of a tensor", e);
    }
  }

  private static void raw(TensorProto t, HostTensor r) {
    ByteString bytes = t.getRawData();
    TensorProto.DataType type = TensorProto.DataType.forNumber(t.getDataType());
    int wide = type == TensorProto.DataType.UINT16 ? 2 : type == TensorProto.DataType.UINT32 ? 4 : r.dtype().bytes();
    expect(t, bytes.size() / wide, r.size());
    if (wide == r.dtype().bytes()) {
      MemorySegment.copy(MemorySegment.ofBuffer(bytes.asReadOnlyByteBuffer()), 0, r.data(), 0, r.data().byteSize());
      return;
    }
    for (int i = 0; i < r.size(); i++) {
      long v = 0;
      for (int b = wide - 1; b >= 0; b--) {
        v = v << 8 | bytes.byteAt(i * wide + b) & 0xff;
      }
      put(r, i, v);
    }
  }

  private static void listed(TensorProto t, HostTensor r) {
    List<? extends Number> values = switch (r.dtype()) {
      case FLOAT32 -> t.getFloatDataList();
      case FLOAT64 -> t.getDoubleDataList();
      case INT64 -> t.getInt64DataCount() > 0 ? t.getInt64DataList() : t.getUint64DataList();
      case INT32, INT16, INT8, UINT8, BOOL, FLOAT16, BFLOAT16 -> t.getInt32DataList();
    };
    expect(t, values.size(), r.size());
    boolean bits = r.dtype() == DType.FLOAT16 || r.dtype() == DType.BFLOAT16;
    for (int i = 0; i < values.size(); i++) {
      if (bits) {
        r.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2L, values.get(i).shortValue());
      } else if (r.dtype().floating()) {
        r.set(i, values.get(i).doubleValue());
      } else {
        put(r, i, values.get(i).longValue());
      }
    }
  }

  private static void put(HostTensor r, int i, long value) {
    if (r.dtype() == DType.INT64) {
      r.setLong(i, value);
    } else {
      r.set(i, value);
    }
  }

  private static void expect(TensorProto t, long found, long expected) {
    if (found != expected) {
      throw new Failure(Failure.Kind.DATA, "ONNX tensor " + t.getName() + ": found " + found + " values, expected " + expected);
    }
  }
}
