package dlt.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The beginning of an npy file: the magic, the version (1 to 3), the length of the header, and the header, a Python
/// dictionary such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. `length` counts all of these bytes.
record NpyHeader(Layout layout, long length) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 16;

  /// The header is not one that dlt can use; the message says what was found and what was expected.
  static final class Damaged extends Exception {
    private static final long serialVersionUID = 1L;

    Damaged(String message) {
      super(message);
    }
  }

  static NpyHeader read(InputStream in) throws IOException, Damaged {
    byte[] start = bytes(in, 8);
    if (!Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
      throw new Damaged("found no npy file, which begins with \\x93NUMPY");
    }
    int major = start[6];
    if (major < 1 || major > 3) {
      throw new Damaged("found npy version " + major + ", expected 1, 2 or 3");
    }
    int lengthBytes = major == 1 ? 2 : 4;
    ByteBuffer length = ByteBuffer.wrap(Arrays.copyOf(bytes(in, lengthBytes), 8)).order(ByteOrder.LITTLE_ENDIAN);
    long n = length.getLong();
    if (n > MAX_HEADER) {
      throw new Damaged("found an npy header of " + n + " bytes, expected at most " + MAX_HEADER);
    }
    String text = new String(bytes(in, (int) n), major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    return new NpyHeader(new Dictionary(text).layout(), 8 + lengthBytes + n);
  }

  private static byte[] bytes(InputStream in, int n) throws IOException, Damaged {
    byte[] r = in.readNBytes(n);
    if (r.length < n) {
      throw new Damaged("found the end of the file inside the npy header");
    }
    return r;
  }

  /// The bytes of a version 1 header for a tensor, padded so that the elements begin at a multiple of 64.
  static byte[] write(TensorType type) {
    String dims = type.shape().dims().stream().map(String::valueOf).collect(Collectors.joining(", "));
    String shape = type.shape().rank() == 1 ? "(" + dims + ",)" : "(" + dims + ")";
    String text = "{'descr': '" + descr(type.dtype()) + "', 'fortran_order': False, 'shape': " + shape + ", }";
    int padded = Math.ceilDiv(10 + text.length() + 1, 64) * 64;
    ByteBuffer r = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
    r.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (padded - 10));
    r.put(text.getBytes(StandardCharsets.ISO_8859_1));
    while (r.remaining() > 1) {
      r.put((byte) ' ');
    }
    return r.put((byte) '\n').array();
  }

  private static String descr(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> "<f4";
      case FLOAT64 -> "<f8";
      case FLOAT16 -> "<f2";
      case INT64 -> "<i8";
      case INT32 -> "<i4";
      case INT16 -> "<i2";
      case INT8 -> "|i1";
      case UINT8 -> "|u1";
      case BOOL -> "|b1";
      case BFLOAT16 -> throw new IllegalArgumentException("npy has no bfloat16");
    };
  }

  /// The Python dictionary of the header: text, True, False and tuples of whole numbers as values.
  private static final class Dictionary {
    private final String text;
    private int at;

    Dictionary(String text) {
      this.text = text;
    }

    Layout layout() throws Damaged {
      Map<String, Object> r = new HashMap<>();
      expect('{');
      while (!skip('}')) {
        String key = string();
        expect(':');
        if (r.put(key, value()) != null) {
          throw new Damaged("found '" + key + "' twice in the npy header, expected it once");
        }
        if (!skip(',') && peek() != '}') {
          throw unexpected(", or }");
        }
      }
      peek();
      if (at < text.length()) {
        throw unexpected("the end of the npy header");
      }
      if (r.size() == 3
          && r.get("descr") instanceof String descr
          && r.get("fortran_order") instanceof Boolean columnMajor
          && r.get("shape") instanceof List<?> dims) {
        return layout(descr, columnMajor, new Shape(dims.stream().map(Integer.class::cast).toList()));
      }
      throw new Damaged("found the npy header " + text.strip() + ", expected descr, fortran_order and shape of a plain array");
    }

    private static Layout layout(String descr, boolean columnMajor, Shape shape) throws Damaged {
      boolean big = descr.startsWith(">");
      String type = descr.replaceFirst("^[<>|=]", "");
      Layout plain =
          switch (type) {
            case "f2" -> Layout.plain(DType.FLOAT16, shape);
            case "f4" -> Layout.plain(DType.FLOAT32, shape);
            case "f8" -> Layout.plain(DType.FLOAT64, shape);
            case "i1" -> Layout.plain(DType.INT8, shape);
            case "i2" -> Layout.plain(DType.INT16, shape);
            case "i4" -> Layout.plain(DType.INT32, shape);
            case "i8" -> Layout.plain(DType.INT64, shape);
            case "u1" -> Layout.plain(DType.UINT8, shape);
            case "b1" -> Layout.plain(DType.BOOL, shape);
            case "u2" -> Layout.unsigned(2, shape);
            case "u4" -> Layout.unsigned(4, shape);
            case "u8" -> Layout.unsigned(8, shape);
            case "O", "O8", "O4" -> throw new Damaged("found an array of Python objects, expected numbers");
            default -> throw new Damaged("found elements of type '" + descr + "', expected floats, whole numbers or booleans of at most 8 bytes");
          };
      return new Layout(plain.type(), plain.width(), plain.unsigned(), big && plain.width() > 1, columnMajor);
    }

    private Object value() throws Damaged {
      return switch (peek()) {
        case '\'', '"' -> string();
        case '(' -> tuple();
        default -> {
          if (text.startsWith("True", at) || text.startsWith("False", at)) {
            boolean value = text.charAt(at) == 'T';
            at += value ? 4 : 5;
            yield value;
          }
          throw unexpected("text, True, False or a tuple of sizes");
        }
      };
    }

    private List<Integer> tuple() throws Damaged {
      List<Integer> r = new ArrayList<>();
      expect('(');
      while (!skip(')')) {
        peek();
        int start = at;
        while (at < text.length() && Character.digit(text.charAt(at), 10) >= 0) {
          at++;
        }
        try {
          r.add(Integer.parseInt(text.substring(start, at)));
        } catch (NumberFormatException e) {
          at = start;
          throw unexpected("a size from 0 to " + Integer.MAX_VALUE);
        }
        skip('L');
        if (!skip(',') && peek() != ')') {
          throw unexpected(", or )");
        }
      }
      return r;
    }

    private String string() throws Damaged {
      char quote = peek();
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw unexpected("a text in quotes");
      }
      String r = text.substring(at + 1, end);
      at = end + 1;
      return r;
    }

    /// The next character that is no space; 0 at the end.
    private char peek() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean skip(char c) {
      boolean r = peek() == c;
      at += r ? 1 : 0;
      return r;
    }

    private void expect(char c) throws Damaged {
      if (!skip(c)) {
        throw unexpected(String.valueOf(c));
      }
    }

    private Damaged unexpected(String expected) {
      String found = text.substring(at).strip();
      return new Damaged("found '" + found.substring(0, Math.min(20, found.length())) + "' in the npy header, expected " + expected);
    }
  }
}
