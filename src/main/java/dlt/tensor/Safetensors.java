package dlt.tensor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dlt.error.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Files of named tensors in the safetensors format: the length of the header (8 bytes, little-endian), the header in JSON
/// (`{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}`), the elements without holes.
public final class Safetensors {
  /// The format's own limit on the header, in bytes.
  private static final long MAX_HEADER = 100_000_000;

  private static final String METADATA = "__metadata__";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(8).maxStringLength((int) MAX_HEADER).maxNameLength((int) MAX_HEADER).build())
          .build();

  private record Entry(String name, Layout layout, long begin, long end) {}

  private record Header(List<Entry> entries, SequencedMap<String, String> metadata, long dataStart) {}

  private Safetensors() {}

  /// The tensors of `file` by name, in the order of its header. U16 becomes int32, U32 and U64 int64. Throws Failure(DATA)
  /// where the file is damaged or holds a type that dlt has not.
  public static SequencedMap<String, HostTensor> read(Path file) {
    return tensors(file, false);
  }

  /// The same, but elements that lie in the file as they do in memory stay there until they are looked at.
  public static SequencedMap<String, HostTensor> map(Path file) {
    return tensors(file, true);
  }

  private static SequencedMap<String, HostTensor> tensors(Path file, boolean mapped) {
    try (DataFile in = new DataFile(file)) {
      Header header = header(in);
      SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
      for (Entry e : header.entries) {
        long at = header.dataStart + e.begin;
        if (mapped && e.layout.isPlain()) {
          r.put(e.name, new HostTensor(e.layout.type(), in.map(at, e.layout.bytes())));
          continue;
        }
        MemorySegment raw = e.layout.allocate();
        in.read(at, raw);
        try {
          r.put(e.name, e.layout.decode(raw));
        } catch (ArithmeticException overflow) {
          throw in.failure("found " + overflow.getMessage() + " in '" + e.name + "', expected numbers below 2^63");
        }
      }
      return r;
    }
  }

  /// The types of the tensors of `file`, read from its header alone.
  public static SequencedMap<String, TensorType> types(Path file) {
    try (DataFile in = new DataFile(file)) {
      SequencedMap<String, TensorType> r = new LinkedHashMap<>();
      header(in).entries.forEach(e -> r.put(e.name, e.layout.type()));
      return r;
    }
  }

  /// The free text (`__metadata__`) of `file`.
  public static SequencedMap<String, String> metadata(Path file) {
    try (DataFile in = new DataFile(file)) {
      return header(in).metadata;
    }
  }

  private static Header header(DataFile in) {
    long length = ByteBuffer.wrap(in.read(0, 8, "the length of a safetensors header")).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > MAX_HEADER) {
      throw in.failure("found a header of " + Long.toUnsignedString(length) + " bytes, expected a safetensors header of 2 to " + MAX_HEADER);
    }
    byte[] text = in.read(8, (int) length, "the safetensors header");
    if (text[0] != '{') {
      throw in.failure("found a header that begins with byte " + text[0] + ", expected the { of a safetensors header");
    }
    List<Entry> entries = new ArrayList<>();
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        expect(in, json, json.nextToken(), JsonToken.START_OBJECT, "an object for '" + name + "'");
        if (name.equals(METADATA)) {
          readMetadata(in, json, metadata);
        } else {
          entries.add(entry(in, json, name));
        }
      }
      expect(in, json, json.currentToken(), JsonToken.END_OBJECT, "the header's }");
      if (json.nextToken() != null) {
        throw in.failure("found " + json.currentToken() + " after the header's }, expected spaces");
      }
    } catch (IOException e) {
      throw in.failure("the safetensors header is no JSON: " + e.getMessage().lines().findFirst().orElse(""), e);
    }
    checkOffsets(in, entries, in.size() - 8 - length);
    return new Header(entries, metadata, 8 + length);
  }

  private static void expect(DataFile in, JsonParser json, JsonToken found, JsonToken expected, String what) throws IOException {
    if (found != expected) {
      throw in.failure("found " + (found == null ? "the end of the header" : json.getText()) + ", expected " + what);
    }
  }

  private static void readMetadata(DataFile in, JsonParser json, Map<String, String> metadata) throws IOException {
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      expect(in, json, json.nextToken(), JsonToken.VALUE_STRING, "text for the metadata '" + key + "'");
      metadata.put(key, json.getText());
    }
  }

  private static Entry entry(DataFile in, JsonParser json, String name) throws IOException {
    String dtype = null;
    List<Long> dims = null;
    List<Long> offsets = null;
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      switch (key) {
        case "dtype" -> {
          expect(in, json, value, JsonToken.VALUE_STRING, "the name of a type for '" + name + "'");
          dtype = json.getText();
        }
        case "shape" -> dims = numbers(in, json, name);
        case "data_offsets" -> offsets = numbers(in, json, name);
        default -> throw in.failure("found '" + key + "' in the header of '" + name + "', expected dtype, shape and data_offsets");
      }
    }
    if (dtype == null || dims == null || offsets == null || offsets.size() != 2) {
      throw in.failure("the header of '" + name + "' lacks its dtype, shape or two data_offsets");
    }
    Layout layout = layout(in, name, dtype, dims);
    long bytes;
    try {
      bytes = layout.bytes();
    } catch (ArithmeticException e) {
      throw in.failure("found the shape " + dims + " of '" + name + "', expected one that fits into a file");
    }
    if (offsets.get(1) < offsets.get(0) || offsets.get(1) - offsets.get(0) != bytes) {
      throw in.failure("found the data_offsets " + offsets + " of '" + name + "', expected " + bytes + " bytes for " + dtype + dims);
    }
    return new Entry(name, layout, offsets.get(0), offsets.get(1));
  }

  private static List<Long> numbers(DataFile in, JsonParser json, String name) throws IOException {
    expect(in, json, json.currentToken(), JsonToken.START_ARRAY, "a list of numbers for '" + name + "'");
    List<Long> r = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(in, json, json.currentToken(), JsonToken.VALUE_NUMBER_INT, "a list of whole numbers for '" + name + "'");
      long v = json.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? -1 : json.getLongValue();
      if (v < 0) {
        throw in.failure("found " + json.getText() + " in the header of '" + name + "', expected a number from 0 to 2^63 - 1");
      }
      r.add(v);
    }
    return r;
  }

  private static Layout layout(DataFile in, String name, String dtype, List<Long> dims) {
    for (long d : dims) {
      if (d > Integer.MAX_VALUE) {
        throw in.failure("found the shape " + dims + " of '" + name + "', expected dimensions of at most " + Integer.MAX_VALUE);
      }
    }
    Shape shape = new Shape(dims.stream().map(Long::intValue).toList());
    for (DType d : DType.values()) {
      if (d.safetensors().equals(dtype)) {
        return Layout.plain(d, shape);
      }
    }
    return switch (dtype) {
      case "U16" -> Layout.unsigned(2, shape);
      case "U32" -> Layout.unsigned(4, shape);
      case "U64" -> Layout.unsigned(8, shape);
      default -> {
        String expected = ", expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL";
        throw in.failure("found the type " + dtype + " of '" + name + "'" + expected);
      }
    };
  }

  /// The tensors must fill the rest of the file, without holes or overlaps.
  private static void checkOffsets(DataFile in, List<Entry> entries, long available) {
    long end = 0;
    for (Entry e : entries.stream().sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end)).toList()) {
      if (e.begin != end) {
        throw in.failure("found '" + e.name + "' at byte " + e.begin + " of the data, expected " + end + ", where the tensor before it ends");
      }
      end = e.end;
    }
    if (end != available) {
      throw in.failure("found " + available + " bytes of data, expected " + end + ", which the header names");
    }
  }

  /// Writes tensors to `file`: the same ones in the same order give the same bytes. Not atomic: that is the caller's affair.
  /// Throws Failure(OUTPUT).
  public static void write(Path file, SequencedMap<String, HostTensor> tensors, Map<String, String> metadata) {
    try (OutputStream out = Files.newOutputStream(file)) {
      write(out, tensors, metadata);
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// Writes tensors to a stream that stays open. The header has the order of the map; the elements follow from a multiple of
  /// 64 bytes on, wider types first, so that each is aligned to its type.
  public static void write(OutputStream out, SequencedMap<String, HostTensor> tensors, Map<String, String> metadata) throws IOException {
    List<Map.Entry<String, HostTensor>> order = new ArrayList<>(tensors.entrySet());
    order.sort(Comparator.comparingInt(e -> -e.getValue().dtype().bytes()));
    Map<String, Long> begins = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, HostTensor> e : order) {
      begins.put(e.getKey(), end);
      end += e.getValue().data().byteSize();
    }
    byte[] header = header(tensors, begins, metadata);
    int padded = Math.ceilDiv(8 + header.length, HostTensor.ALIGNMENT) * HostTensor.ALIGNMENT;
    ByteBuffer start = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded - 8).put(header);
    while (start.hasRemaining()) {
      start.put((byte) ' ');
    }
    out.write(start.array());
    for (Map.Entry<String, HostTensor> e : order) {
      write(out, e.getValue());
    }
  }

  private static byte[] header(SequencedMap<String, HostTensor> tensors, Map<String, Long> begins, Map<String, String> metadata) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> e : new TreeMap<>(metadata).entrySet()) {
          json.writeStringField(e.getKey(), e.getValue());
        }
        json.writeEndObject();
      }
      for (Map.Entry<String, HostTensor> e : tensors.entrySet()) {
        if (e.getKey().equals(METADATA)) {
          throw new IllegalArgumentException("no tensor may be called " + METADATA);
        }
        HostTensor t = e.getValue();
        long begin = begins.get(e.getKey());
        json.writeObjectFieldStart(e.getKey());
        json.writeStringField("dtype", t.dtype().safetensors());
        json.writeFieldName("shape");
        json.writeArray(t.shape().toArray(), 0, t.shape().rank());
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {begin, begin + t.data().byteSize()}, 0, 2);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    return text.toByteArray();
  }

  /// Writes a tensor's elements.
  static void write(OutputStream out, HostTensor t) throws IOException {
    byte[] piece = new byte[(int) Math.min(1 << 20, t.data().byteSize())];
    for (long done = 0; done < t.data().byteSize(); ) {
      int n = (int) Math.min(piece.length, t.data().byteSize() - done);
      MemorySegment.copy(t.data(), ValueLayout.JAVA_BYTE, done, piece, 0, n);
      out.write(piece, 0, n);
      done += n;
    }
  }
}
