package dlt.data;

import dev.hardwood.InputFile;
import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.SchemaNode;
import dlt.error.Failure;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/// The rows of a Parquet file. A row's place is its number from 0; dates and times are texts in ISO 8601.
final class ParquetRows implements TableRows {
  /// Tells of its own choices at every start; a field, so that the level stays set.
  private static final Logger LIBRARY = Logger.getLogger("dev.hardwood");

  static {
    LIBRARY.setLevel(Level.OFF);
  }

  private final SourceFile file;
  private final List<SchemaNode> columns;

  ParquetRows(SourceFile file) {
    this.file = file;
    this.columns = read(r -> List.copyOf(r.getFileSchema().getRootNode().children()));
    Set<String> names = new HashSet<>();
    for (SchemaNode column : columns) {
      if (column.name() == null || !names.add(column.name())) {
        throw file.failure(column.name() == null ? "is damaged: a column has no name" : "two columns are called '" + column.name() + "'");
      }
    }
  }

  private interface Action<T> {
    T of(ParquetFileReader reader) throws IOException;
  }

  private <T> T read(Action<T> action) {
    Input input = new Input(file);
    try (ParquetFileReader reader = ParquetFileReader.open(input)) {
      SnappyPages.check(input, reader.getFileMetaData());
      return action.of(reader);
    } catch (Failure e) {
      throw e;
    } catch (IOException | RuntimeException e) { // a damaged file makes the library throw either
      throw new Failure(Failure.Kind.DATA, file.name() + ": is no Parquet file that can be read: " + SourceFile.why(e), e);
    }
  }

  /// The file, read piece by piece and not mapped into memory: the library goes on reading in threads of its own after a
  /// failure, and a mapped file that is cut short meanwhile ends the process. No empty piece is read: the library asks for such
  /// ones without end where a page claims to go on after the end of its column.
  private static final class Input implements InputFile {
    private final SourceFile file;
    private FileChannel channel;

    Input(SourceFile file) {
      this.file = file;
    }

    @Override
    public void open() throws IOException {
      channel = FileChannel.open(file.path(), StandardOpenOption.READ);
    }

    @Override
    public ByteBuffer readRange(long offset, int length) throws IOException {
      if (length <= 0) {
        throw new IOException("a page claims more bytes than its column has");
      }
      if (offset < 0 || offset + length > channel.size()) {
        throw new IOException("the file ends before its columns do");
      }
      ByteBuffer piece = ByteBuffer.allocateDirect(length); // snappy takes no other
      while (piece.hasRemaining()) {
        if (channel.read(piece, offset + piece.position()) < 0) {
          throw new IOException("the file ends before its columns do");
        }
      }
      return piece.flip();
    }

    @Override
    public long length() throws IOException {
      return channel.size();
    }

    @Override
    public String name() {
      return file.name();
    }

    @Override
    public void close() throws IOException {
      if (channel != null) {
        channel.close();
      }
    }
  }

  @Override
  public SourceFile file() {
    return file;
  }

  @Override
  public List<String> header() {
    return columns.stream().map(SchemaNode::name).toList();
  }

  @Override
  public boolean reads(int column) {
    return unread(column).isEmpty();
  }

  /// Why a column holds neither texts nor numbers; empty where it does.
  private Optional<String> unread(int column) {
    if (!(columns.get(column) instanceof SchemaNode.PrimitiveNode node) || node.maxRepetitionLevel() > 0) {
      return Optional.of("is nested (a list, map or struct)");
    }
    boolean bytes = node.type() == PhysicalType.BYTE_ARRAY || node.type() == PhysicalType.FIXED_LEN_BYTE_ARRAY;
    return switch (node.logicalType()) {
      case null -> bytes ? Optional.of("holds bytes that are no text") : Optional.empty();
      case LogicalType.DecimalType _, LogicalType.IntType _, LogicalType.Float16Type _, LogicalType.StringType _, LogicalType.EnumType _,
              LogicalType.UuidType _, LogicalType.DateType _, LogicalType.TimeType _, LogicalType.TimestampType _, LogicalType.NullType _ ->
          Optional.empty();
      case LogicalType other -> Optional.of("is of the type " + other.getClass().getSimpleName().replace("Type", ""));
    };
  }

  @Override
  public Kind kind(int column) {
    unread(column).ifPresent(why -> {
      throw unusable(column, why);
    });
    SchemaNode.PrimitiveNode node = (SchemaNode.PrimitiveNode) columns.get(column);
    if (node.type() == PhysicalType.BOOLEAN) {
      return Kind.BOOLEAN;
    }
    return switch (node.logicalType()) {
      case null -> node.type() == PhysicalType.INT96 ? Kind.TEXT : Kind.NUMBER;
      case LogicalType.DecimalType _, LogicalType.IntType _, LogicalType.Float16Type _, LogicalType.NullType _ -> Kind.NUMBER;
      case LogicalType _ -> Kind.TEXT;
    };
  }

  private Failure unusable(int column, String what) {
    return new Failure(
        Failure.Kind.DATA,
        file.name() + ": column '" + columns.get(column).name() + "' " + what + ", and samples are numbers and names; list it under `ignore`");
  }

  @Override
  public void forEach(int[] used, Consumer consumer) {
    read(
        reader -> {
          try (RowReader rows = reader.buildRowReader().projection(projection(used)).build()) {
            Row row = new Row(rows, used);
            for (int n = 0; rows.hasNext(); n++) {
              rows.next();
              consumer.accept(n, row);
            }
            return null;
          }
        });
  }

  /// A name with a dot would be taken for a path.
  private ColumnProjection projection(int[] used) {
    String[] names = Arrays.stream(used).mapToObj(c -> columns.get(c).name()).toArray(String[]::new);
    return Arrays.stream(names).anyMatch(n -> n.contains(".")) ? ColumnProjection.all() : ColumnProjection.columns(names);
  }

  /// The row that `rows` stands at.
  private final class Row implements Cells {
    private final RowReader rows;
    private final int[] fields = new int[columns.size()];

    Row(RowReader rows, int[] used) {
      this.rows = rows;
      List<String> header = header();
      for (int f = 0; f < rows.getFieldCount(); f++) {
        fields[header.indexOf(rows.getFieldName(f))] = f;
      }
    }

    @Override
    public String text(int column) {
      int field = fields[column];
      return switch (rows.isNull(field) ? null : rows.getValue(field)) {
        case null -> null;
        case String s -> s;
        case Long l when whole(column) -> unsigned(column) ? Long.toUnsignedString(l) : Long.toString(l); // a double holds not all of them
        case Number _ -> {
          double v = number(column);
          yield Double.isNaN(v) ? null : CsvCell.whole(v) ? Long.toString((long) v) : Double.toString(v);
        }
        case Object o -> o.toString();
      };
    }

    private boolean whole(int column) {
      LogicalType type = columns.get(column) instanceof SchemaNode.PrimitiveNode node ? node.logicalType() : null;
      return type == null || type instanceof LogicalType.IntType;
    }

    private boolean unsigned(int column) {
      return ((SchemaNode.PrimitiveNode) columns.get(column)).logicalType() instanceof LogicalType.IntType t && !t.isSigned();
    }

    @Override
    public double number(int column) {
      int field = fields[column];
      if (rows.isNull(field)) {
        return Double.NaN;
      }
      SchemaNode.PrimitiveNode node = (SchemaNode.PrimitiveNode) columns.get(column);
      if (node.logicalType() instanceof LogicalType.DecimalType) {
        BigDecimal decimal = rows.getDecimal(field);
        return decimal.doubleValue();
      }
      boolean unsigned = unsigned(column);
      return switch (node.type()) {
        case BOOLEAN -> rows.getBoolean(field) ? 1 : 0;
        case INT32 -> unsigned ? Integer.toUnsignedLong(rows.getInt(field)) : rows.getInt(field);
        case INT64 -> unsigned && rows.getLong(field) < 0 ? rows.getLong(field) + 0x1p64 : rows.getLong(field);
        case FLOAT, FIXED_LEN_BYTE_ARRAY -> rows.getFloat(field); // of two bytes
        case DOUBLE -> rows.getDouble(field);
        case INT96, BYTE_ARRAY -> throw new IllegalStateException("column " + node.name() + " holds texts");
      };
    }
  }

  /// `file[row]`.
  @Override
  public String at(int row) {
    return file.name() + "[" + row + "]";
  }

  @Override
  public String atHeader() {
    return file.name();
  }
}
