package dlt.data;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Layout;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import io.jhdf.dataset.DatasetBase;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/// An array that lies in chunks, compressed or not, in an HDF5 file. It is read in bands: as many rows as a chunk has. The
/// bands that were used last are kept.
final class Hdf5Chunks implements StoredArray {
  /// What kept bands may take in bytes, though two are always kept.
  private static final long KEPT = 256L << 20;

  private final SourceFile file;
  private final String name;
  private final DatasetBase data;
  private final Layout layout;
  private final int bandRows;
  private final long rowSize;
  private final Map<Integer, HostTensor> kept;

  /// `data` is called `name` in messages; a chunk has `bandRows` rows.
  Hdf5Chunks(SourceFile file, String name, DatasetBase data, Layout layout, int bandRows) {
    this.file = file;
    this.name = name;
    this.data = data;
    this.layout = layout;
    this.bandRows = Math.max(1, bandRows);
    this.rowSize = type().shape().without(0).size();
    int most = (int) Math.max(2, Math.min(Integer.MAX_VALUE, KEPT / Math.max(1, this.bandRows * rowSize * type().dtype().bytes())));
    this.kept =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Integer, HostTensor> eldest) {
            return size() > most;
          }
        };
  }

  @Override
  public TensorType type() {
    return layout.type();
  }

  @Override
  public boolean inMemory() {
    return false;
  }

  @Override
  public boolean mayMiss() {
    return type().dtype().floating();
  }

  /// Of elements that lie in one row.
  @Override
  public void read(long first, int channels, HostTensor to) {
    int band = (int) (first / rowSize / bandRows);
    StoredArray.copy(band(band), first - (long) band * bandRows * rowSize, channels, to);
  }

  private HostTensor band(int band) {
    synchronized (kept) {
      HostTensor t = kept.get(band);
      if (t != null) {
        return t;
      }
    }
    HostTensor t = decode(band); // by two threads at once, if need be: decompressing must not wait for decompressing
    synchronized (kept) {
      kept.put(band, t);
    }
    return t;
  }

  private HostTensor decode(int band) {
    return Hdf5File.guarded(
        file,
        "'" + name + "' ",
        () -> {
          int[] shape = type().shape().toArray();
          long[] offset = new long[shape.length];
          offset[0] = (long) band * bandRows;
          shape[0] = Math.min(bandRows, shape[0] - band * bandRows);
          Shape rows = Shape.of(shape);
          if (rows.size() * layout.width() > Integer.MAX_VALUE) {
            throw file.failure("'" + name + "' lies in chunks of " + rows + ", expected chunks of less than 2 GB");
          }
          MemorySegment raw = MemorySegment.ofBuffer(data.getSliceDataBuffer(offset, shape));
          TensorType type = new TensorType(type().dtype(), rows);
          return new Layout(type, layout.width(), layout.unsigned(), layout.bigEndian(), false).decode(raw);
        });
  }

  /// All of it.
  HostTensor all() {
    TensorType type = type();
    if (!Room.has(type.bytes())) {
      throw new Failure(Failure.Kind.DATA, file.name() + ": '" + name + "' needs " + type.bytes() + " bytes of memory, " + Room.left() + " are left");
    }
    HostTensor r = HostTensor.allocate(type);
    long at = 0;
    for (int band = 0; at < r.data().byteSize(); band++) {
      MemorySegment rows = decode(band).data();
      MemorySegment.copy(rows, 0, r.data(), at, rows.byteSize());
      at += rows.byteSize();
    }
    return r;
  }
}
