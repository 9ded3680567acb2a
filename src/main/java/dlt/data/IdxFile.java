package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Files in the idx format of MNIST: two zero bytes, the element type, the number of dimensions, the dimensions (four bytes
/// each, big-endian), the elements (big-endian).
final class IdxFile {
  /// Deflate never expands a byte to more than 1032.
  private static final long MOST_EXPANSION = 1032;

  private static final int CHUNK = 1 << 20;

  private IdxFile() {}

  /// The array in `file`. Throws Failure(DATA) where the file is damaged.
  static HostTensor read(SourceFile file) {
    try (DataInputStream in = new DataInputStream(file.open())) {
      int magic = in.readInt();
      int rank = magic & 0xff;
      if (magic >>> 16 != 0 || rank < 1 || rank > 8) {
        throw file.failure("is not an idx file (it begins with " + HexFormat.of().toHexDigits(magic) + ")");
      }
      DType dtype = dtype(file, magic >> 8 & 0xff);
      List<Integer> dims = new ArrayList<>();
      for (int i = 0; i < rank; i++) {
        dims.add(in.readInt());
      }
      if (dims.stream().anyMatch(d -> d < 0)) {
        throw file.failure("is damaged: its dimensions are " + dims);
      }
      TensorType type = new TensorType(dtype, new Shape(dims));
      checkSize(file, type);
      HostTensor t = HostTensor.allocate(type);
      fill(in, t.data());
      if (in.read() >= 0) {
        throw file.failure("is damaged: it goes on after " + type);
      }
      swap(t);
      return t;
    } catch (EOFException e) {
      throw file.failure("is cut off");
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  private static DType dtype(SourceFile file, int code) {
    return switch (code) {
      case 0x08 -> DType.UINT8;
      case 0x09 -> DType.INT8;
      case 0x0B -> DType.INT16;
      case 0x0C -> DType.INT32;
      case 0x0D -> DType.FLOAT32;
      case 0x0E -> DType.FLOAT64;
      default -> throw file.failure("has elements of the unknown type " + code);
    };
  }

  /// Before memory is taken: a small file may claim any size.
  private static void checkSize(SourceFile file, TensorType type) throws IOException {
    long held = Files.size(file.path());
    long claimed;
    try {
      claimed = type.bytes();
    } catch (ArithmeticException e) {
      throw file.failure("is damaged: it claims to hold " + type);
    }
    if (claimed > held * MOST_EXPANSION) {
      throw file.failure("is cut off: it claims to hold " + type + " in " + held + " bytes");
    }
  }

  private static void fill(DataInputStream in, MemorySegment data) throws IOException {
    byte[] buffer = new byte[CHUNK];
    for (long at = 0; at < data.byteSize(); ) {
      int n = (int) Math.min(CHUNK, data.byteSize() - at);
      in.readFully(buffer, 0, n);
      MemorySegment.copy(buffer, 0, data, ValueLayout.JAVA_BYTE, at, n);
      at += n;
    }
  }

  /// Big-endian to little-endian.
  private static void swap(HostTensor t) {
    int bytes = t.dtype().bytes();
    MemorySegment d = t.data();
    for (long i = 0; i < t.size(); i++) {
      switch (bytes) {
        case 2 -> d.set(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2, Short.reverseBytes(d.get(ValueLayout.JAVA_SHORT_UNALIGNED, i * 2)));
        case 4 -> d.set(ValueLayout.JAVA_INT_UNALIGNED, i * 4, Integer.reverseBytes(d.get(ValueLayout.JAVA_INT_UNALIGNED, i * 4)));
        case 8 -> d.set(ValueLayout.JAVA_LONG_UNALIGNED, i * 8, Long.reverseBytes(d.get(ValueLayout.JAVA_LONG_UNALIGNED, i * 8)));
        default -> {
          return; // single bytes
        }
      }
    }
  }
}
