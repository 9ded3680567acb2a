package dlt.tensor;

import dlt.error.Failure;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// Files with one array in NumPy's npy format, versions 1 to 3.
public final class Npy {
  private Npy() {}

  /// The array in `file`, row-major whatever its order there; uint16 becomes int32, uint32 and uint64 int64. Throws
  /// Failure(DATA) where the file is damaged or holds what dlt has no type for.
  public static HostTensor read(Path file) {
    NpyHeader header = header(file);
    try (DataFile in = new DataFile(file)) {
      MemorySegment raw = header.layout().allocate();
      in.read(header.length(), raw);
      return header.layout().decode(raw);
    } catch (ArithmeticException e) {
      throw DataFile.failure(file, "found " + e.getMessage() + ", expected numbers below 2^63", e);
    }
  }

  /// The same, but elements that lie in the file as they do in memory stay there until they are looked at.
  public static HostTensor map(Path file) {
    NpyHeader header = header(file);
    if (!header.layout().isPlain()) {
      return read(file);
    }
    try (DataFile in = new DataFile(file)) {
      return new HostTensor(header.layout().type(), in.map(header.length(), header.layout().bytes()));
    }
  }

  /// The type of the array in `file`, read from its header alone.
  public static TensorType type(Path file) {
    return header(file).layout().type();
  }

  private static NpyHeader header(Path file) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      NpyHeader header = NpyHeader.read(in);
      checkSize(header, Files.size(file));
      return header;
    } catch (NpyHeader.Damaged e) {
      throw DataFile.failure(file, e.getMessage(), e);
    } catch (IOException e) {
      throw DataFile.unreadable(file, e);
    }
  }

  /// The header and the elements must fill `size` bytes.
  static void checkSize(NpyHeader header, long size) throws NpyHeader.Damaged {
    TensorType type = header.layout().type();
    try {
      long bytes = header.layout().bytes();
      if (bytes != size - header.length()) {
        throw new NpyHeader.Damaged("found " + (size - header.length()) + " bytes of data, expected " + bytes + " for " + type);
      }
    } catch (ArithmeticException e) {
      throw new NpyHeader.Damaged("found the shape " + type.shape() + ", expected one that fits into a file");
    }
  }

  /// Writes one array, version 1, row-major, little-endian. Throws Failure(OUTPUT).
  public static void write(Path file, HostTensor tensor) {
    try (OutputStream out = Files.newOutputStream(file)) {
      write(out, tensor);
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// The same to `out`.
  public static void write(OutputStream out, HostTensor tensor) throws IOException {
    out.write(NpyHeader.write(tensor.type()));
    Safetensors.write(out, tensor);
  }
}
