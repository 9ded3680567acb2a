package dlt.data;

import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Layout;
import dlt.tensor.Shape;
import io.jhdf.HdfFile;
import io.jhdf.api.Group;
import io.jhdf.api.Link;
import io.jhdf.api.Node;
import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.api.dataset.ContiguousDataset;
import io.jhdf.dataset.DatasetBase;
import io.jhdf.exceptions.UnsupportedHdfException;
import io.jhdf.filter.FilterManager;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.EnumDataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;

/// The arrays of an HDF5 file. Small ones are read at once. Of [SourceFile#LARGE] ones those that lie in one piece are mapped
/// into memory, and those that lie in chunks are read chunk by chunk when they are asked for.
final class Hdf5File {
  /// Where an array was never written.
  private static final long NOWHERE = -1;

  /// Groups below groups below groups: deeper ones are not looked into for names.
  private static final int DEPTH = 16;

  static {
    FilterManager.addFilter(new Hdf5Lzf());
  }

  private final SourceFile file;
  private final HdfFile hdf;
  private boolean open;

  private Hdf5File(SourceFile file, HdfFile hdf) {
    this.file = file;
    this.hdf = hdf;
  }

  /// The arrays called `names`. Throws Failure(DATA) where one is missing, damaged or holds no numbers.
  static SequencedMap<String, StoredArray> arrays(SourceFile file, Collection<String> names) {
    HdfFile hdf = guarded(file, "", () -> new HdfFile(file.path()));
    Hdf5File source = new Hdf5File(file, hdf);
    try {
      SequencedMap<String, StoredArray> r = new LinkedHashMap<>();
      for (String name : names) {
        r.put(name, guarded(file, "'" + name + "' ", () -> source.array(name)));
      }
      return r;
    } finally {
      if (!source.open) {
        hdf.close();
      }
    }
  }

  /// The names of all arrays, those in groups by their paths.
  static List<String> names(SourceFile file) {
    return guarded(file, "", () -> {
      try (HdfFile hdf = new HdfFile(file.path())) {
        List<String> r = new ArrayList<>();
        names(hdf, "", 0, r);
        return r;
      }
    });
  }

  /// What `action` gives; the library throws exceptions of many types on damaged files.
  static <T> T guarded(SourceFile file, String what, Supplier<T> action) {
    try {
      return action.get();
    } catch (Failure e) {
      throw e;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      String hint = SourceFile.root(e) instanceof UnsupportedHdfException ? "; h5py writes what can be read with libver='earliest' or 'v110'" : "";
      throw new Failure(Failure.Kind.DATA, file.name() + ": " + what + "cannot be read as HDF5: " + SourceFile.why(e) + hint, e);
    }
  }

  private StoredArray array(String name) {
    DatasetBase data = dataset(name);
    Layout layout = layout(name, data);
    if (layout.type().shape().size() == 0) {
      return StoredArray.of(HostTensor.allocate(layout.type())); // is complained of with its shape
    }
    if (data.isEmpty()) {
      throw file.failure("'" + name + "' was never written");
    }
    boolean large = layout.bytes() >= SourceFile.LARGE;
    return switch (data) {
      case ContiguousDataset c -> {
        if (c.getDataAddress() == NOWHERE) {
          throw file.failure("'" + name + "' was never written");
        }
        yield StoredArray.of(layout.read(file.path(), hdf.getUserBlockSize() + c.getDataAddress(), large));
      }
      case ChunkedDataset c -> {
        Hdf5Chunks chunks = new Hdf5Chunks(file, name, data, layout, c.getChunkDimensions()[0]);
        open |= large;
        yield large ? chunks : StoredArray.of(chunks.all());
      }
      default -> StoredArray.of(layout.decode(MemorySegment.ofBuffer(data.getDataBuffer())));
    };
  }

  private DatasetBase dataset(String name) {
    Node node = hdf;
    for (String part : name.split("/")) {
      if (part.isEmpty()) {
        continue;
      }
      node = node instanceof Group group ? group.getChildren().get(part) : null;
      if (node != null && node.isLink()) {
        node = ((Link) node).getTarget();
      }
      if (node == null) {
        List<String> known = new ArrayList<>();
        names(hdf, "", 0, known);
        throw file.failure("has no array '" + name + "'" + Names.hint(name, known));
      }
    }
    if (!(node instanceof DatasetBase data)) {
      throw file.failure("'" + name + "' is a group; name an array in it, such as '" + name + "/x'");
    }
    return data;
  }

  private static void names(Group group, String prefix, int depth, List<String> to) {
    for (Node node : group.getChildren().values()) {
      String name = prefix + node.getName();
      if (node instanceof Group inner && depth < DEPTH) {
        names(inner, name + "/", depth + 1, to);
      } else {
        to.add(name);
      }
    }
  }

  private Layout layout(String name, DatasetBase data) {
    List<Integer> dims = new ArrayList<>();
    for (long d : data.getDimensionsAsLong()) {
      if (d < 0 || d > Integer.MAX_VALUE) {
        throw file.failure("'" + name + "' has a dimension of " + d + ", expected at most " + Integer.MAX_VALUE);
      }
      dims.add((int) d);
    }
    DataType type = data.getDataType() instanceof EnumDataType e ? e.getBaseType() : data.getDataType(); // booleans are 0 and 1
    Layout layout = layout(type, new Shape(dims));
    if (layout == null || data.isVariableLength()) {
      throw file.failure("'" + name + "' holds " + type.getClass().getSimpleName() + " of " + type.getSize() + " bytes, expected numbers");
    }
    return layout;
  }

  /// Null where there is no type for it.
  private static Layout layout(DataType type, Shape shape) {
    return switch (type) {
      case FixedPoint f when f.getBitPrecision() == 8 * f.getSize() -> {
        Layout layout =
            switch (f.getSize()) {
              case 1 -> Layout.plain(f.isSigned() ? DType.INT8 : DType.UINT8, shape);
              case 2 -> f.isSigned() ? Layout.plain(DType.INT16, shape) : Layout.unsigned(2, shape);
              case 4 -> f.isSigned() ? Layout.plain(DType.INT32, shape) : Layout.unsigned(4, shape);
              case 8 -> f.isSigned() ? Layout.plain(DType.INT64, shape) : Layout.unsigned(8, shape);
              default -> null;
            };
        yield layout == null ? null : ordered(layout, f.getByteOrder());
      }
      case FloatingPoint f when f.getBitPrecision() == 8 * f.getSize() -> {
        DType dtype = f.getSize() == 4 ? DType.FLOAT32 : f.getSize() == 8 ? DType.FLOAT64 : f.getMantissaSize() == 10 ? DType.FLOAT16 : null;
        yield dtype == null ? null : ordered(Layout.plain(dtype, shape), f.getByteOrder());
      }
      default -> null;
    };
  }

  private static Layout ordered(Layout layout, ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN ? layout.asBigEndian() : layout;
  }
}
