package dlt.tensor;

import dlt.error.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Files with several named arrays in NumPy's npz format: a zip of npy files.
public final class Npz {
  /// The most that deflate can expand a byte to; an entry that claims more is damaged.
  private static final long MAX_RATIO = 1032;

  /// What all arrays together may take: this, or this many times the file where that is more.
  private static final long MAX_BYTES = 4L << 30;

  private static final long MAX_TIMES = 100;

  /// Zip's earliest date, so that the same arrays give the same bytes.
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private Npz() {}

  private interface Reader<T> {
    T read(NpyHeader header, InputStream in) throws IOException, NpyHeader.Damaged;
  }

  /// The arrays of `file` by name (without `.npy`), in the order of the file; types as in [Npy#read]. Throws Failure(DATA)
  /// where the file is damaged or expands beyond measure.
  public static SequencedMap<String, HostTensor> read(Path file) {
    return read(file, _ -> true, Npz::elements);
  }

  /// The same of the arrays called `names`, as far as the file has them; the others are passed over.
  public static SequencedMap<String, HostTensor> read(Path file, Set<String> names) {
    return read(file, names::contains, Npz::elements);
  }

  /// The types of the arrays of `file`, read from their headers alone.
  public static SequencedMap<String, TensorType> types(Path file) {
    return read(file, _ -> true, (header, _) -> header.layout().type());
  }

  private static <T> SequencedMap<String, T> read(Path file, Predicate<String> wanted, Reader<T> reader) {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      long fileBytes = Files.size(file);
      long budget = Math.max(MAX_BYTES, MAX_TIMES * fileBytes);
      SequencedMap<String, T> r = new LinkedHashMap<>();
      for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
        String name = entry.getName().replaceFirst("\\.npy$", "");
        try {
          if (name.equals(entry.getName())) {
            throw new NpyHeader.Damaged("found a file that is no .npy, expected arrays alone");
          }
          if (!wanted.test(name)) {
            continue;
          }
          if (entry.getCompressedSize() > fileBytes || entry.getSize() / MAX_RATIO > entry.getCompressedSize()) {
            throw new NpyHeader.Damaged("found " + entry.getSize() + " bytes in " + entry.getCompressedSize() + ", more than zip can hold");
          }
          budget -= entry.getSize();
          if (budget < 0) {
            long most = Math.max(MAX_BYTES, MAX_TIMES * fileBytes);
            throw new NpyHeader.Damaged("found arrays of more than " + most + " bytes in a file of " + fileBytes + "; unpack it and use npy files");
          }
          if (r.put(name, array(zip, entry, reader)) != null) {
            throw new NpyHeader.Damaged("found it twice, expected it once");
          }
        } catch (NpyHeader.Damaged e) {
          throw DataFile.failure(file, "'" + entry.getName() + "': " + e.getMessage(), e);
        } catch (ArithmeticException e) {
          throw DataFile.failure(file, "'" + entry.getName() + "': found " + e.getMessage() + ", expected numbers below 2^63", e);
        }
      }
      return r;
    } catch (ZipException e) {
      throw DataFile.failure(file, "found no zip file, which npz is: " + e.getMessage(), e);
    } catch (IOException e) {
      throw DataFile.unreadable(file, e);
    }
  }

  private static <T> T array(ZipFile zip, ZipEntry entry, Reader<T> reader) throws IOException, NpyHeader.Damaged {
    CRC32 sum = new CRC32();
    try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), sum)) {
      NpyHeader header = NpyHeader.read(in);
      Npy.checkSize(header, entry.getSize());
      T r = reader.read(header, in);
      if (r instanceof HostTensor && (in.read() >= 0 || sum.getValue() != entry.getCrc())) {
        throw new NpyHeader.Damaged("found bytes that do not have the checksum of the zip file");
      }
      return r;
    }
  }

  private static HostTensor elements(NpyHeader header, InputStream in) throws IOException, NpyHeader.Damaged {
    MemorySegment raw = header.layout().allocate();
    byte[] piece = new byte[(int) Math.min(1 << 20, raw.byteSize())];
    for (long done = 0; done < raw.byteSize(); ) {
      int n = in.readNBytes(piece, 0, (int) Math.min(piece.length, raw.byteSize() - done));
      if (n == 0) {
        throw new NpyHeader.Damaged("found " + done + " bytes of data, expected " + raw.byteSize());
      }
      MemorySegment.copy(piece, 0, raw, ValueLayout.JAVA_BYTE, done, n);
      done += n;
    }
    return header.layout().decode(raw);
  }

  /// Writes arrays in the order of the map, without compression; the same arrays give the same bytes. Throws
  /// Failure(OUTPUT).
  public static void write(Path file, SequencedMap<String, HostTensor> tensors) {
    try (OutputStream out = Files.newOutputStream(file)) {
      write(out, tensors);
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// The same to `out`.
  public static void write(OutputStream out, SequencedMap<String, HostTensor> tensors) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    for (Map.Entry<String, HostTensor> e : tensors.entrySet()) {
      byte[] header = NpyHeader.write(e.getValue().type());
      CRC32 sum = new CRC32();
      OutputStream counting = new CheckedOutputStream(OutputStream.nullOutputStream(), sum);
      counting.write(header);
      Safetensors.write(counting, e.getValue());
      ZipEntry entry = new ZipEntry(e.getKey() + ".npy");
      entry.setTimeLocal(NO_TIME);
      entry.setMethod(ZipEntry.STORED);
      entry.setCrc(sum.getValue());
      entry.setSize(header.length + e.getValue().data().byteSize());
      zip.putNextEntry(entry);
      zip.write(header);
      Safetensors.write(zip, e.getValue());
      zip.closeEntry();
    }
    zip.finish();
  }
}
