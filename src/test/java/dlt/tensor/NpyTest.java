package dlt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  @TempDir Path folder;

  private Path file(int version, String header, byte... data) throws IOException {
    byte[] text = header.getBytes(version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    ByteBuffer b = ByteBuffer.allocate(12 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    b.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) version).put((byte) 0);
    if (version == 1) {
      b.putShort((short) text.length);
    } else {
      b.putInt(text.length);
    }
    b.put(text).put(data);
    return Files.write(folder.resolve("x.npy"), java.util.Arrays.copyOf(b.array(), b.position()));
  }

  private static String header(String descr, String shape) {
    return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    Path file = folder.resolve("a.npy");
    for (HostTensor t : new HostTensor[] {HostTensor.of(Shape.of(2, 3), 1f, 2, 3, 4, 5, 6), HostTensor.of(Shape.SCALAR, 7L), HostTensor.ofDoubles(Shape.of(2), 0.1, -0.0), HostTensor.of(Shape.of(3, 0), new float[0])}) {
      Npy.write(file, t);
      assertThat(Npy.type(file)).isEqualTo(t.type());
      assertThat(Npy.read(file).toDoubles()).containsExactly(t.toDoubles());
      assertThat((Files.size(file) - t.data().byteSize()) % 64).isZero();
    }
    assertThat(new String(NpyHeader.write(TensorType.float32(2, 3)), 10, 118, StandardCharsets.US_ASCII).strip()).isEqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
    assertThat(new String(NpyHeader.write(TensorType.int64(2)), 10, 118, StandardCharsets.US_ASCII)).contains("'shape': (2,), }").endsWith(" \n");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void allVersionsAreRead(int version) throws IOException {
    assertThat(Npy.read(file(version, header("<i2", "(2,)"), (byte) 1, (byte) 0, (byte) 2, (byte) 1)).toDoubles()).containsExactly(1, 258);
  }

  @ParameterizedTest
  @CsvSource({"<u2, INT32, 513", ">u2, INT32, 258", ">i2, INT16, 258", "|u1, UINT8, 1", "|i1, INT8, 1", "|b1, BOOL, 1", "<u4, INT64, 67305985", ">i4, INT32, 16909060", "=i4, INT32, 67305985", "i4, INT32, 67305985"})
  void wholeNumbersOfAnyKindAreRead(String descr, DType dtype, long value) throws IOException {
    byte[] data = {1, 2, 3, 4};
    Path file = file(1, header(descr, "()"), java.util.Arrays.copyOf(data, descr.charAt(descr.length() - 1) - '0'));
    assertThat(Npy.read(file).dtype()).isEqualTo(dtype);
    assertThat(Npy.read(file).longAt(0)).isEqualTo(value);
  }

  @Test
  void unsigned64BitNumbersMustFit() throws IOException {
    assertThat(Npy.read(file(1, header("<u8", "(1,)"), new byte[] {1, 0, 0, 0, 0, 0, 0, 0x7f})).longAt(0)).isEqualTo(0x7f00000000000001L);
    Path file = file(1, header("<u8", "(1,)"), new byte[] {0, 0, 0, 0, 0, 0, 0, -128});
    assertThatThrownBy(() -> Npy.read(file)).isInstanceOf(Failure.class).hasMessageContaining("found the unsigned number 9223372036854775808, expected numbers below 2^63");
  }

  @Test
  void columnMajorArraysAreTransposed() throws IOException {
    String header = header("|u1", "(2, 3)").replace("False", "True");
    assertThat(Npy.read(file(1, header, new byte[] {1, 4, 2, 5, 3, 6})).toDoubles()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(Npy.read(file(1, header.replace("(2, 3)", "(6,)"), new byte[] {1, 4, 2, 5, 3, 6})).toDoubles()).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(Npy.read(file(1, header.replace("(2, 3)", "(2, 1, 3)").replace("|u1", ">u2"), new byte[] {0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6})).toDoubles())
        .containsExactly(1, 2, 3, 4, 5, 6);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,)};found an array of Python objects",
    "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)};found elements of type '<c8'",
    "{'descr': '<U3', 'fortran_order': False, 'shape': (1,)};found elements of type '<U3'",
    "{'descr': '<f16', 'fortran_order': False, 'shape': (1,)};found elements of type '<f16'",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)};expected text, True, False or a tuple",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)};expected text, True, False or a tuple",
    "{'descr': '<f4', 'fortran_order': False};expected descr, fortran_order and shape",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 'y'};expected descr, fortran_order and shape",
    "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)};found 'descr' twice",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)};expected a size",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967297,)};expected a size",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 86000)};found 4 bytes of data, expected 34400000000",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647)};fits into a file",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)};found 4 bytes of data, expected 8",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)};found 4 bytes of data, expected 0",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x;expected the end",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,;expected a size",
    "{'descr': '<f4;expected a text in quotes",
    "(1,);expected {"
  })
  void aDamagedFileIsRefused(String header, String message) throws IOException {
    Path file = file(1, header, new byte[4]);
    assertThatThrownBy(() -> Npy.read(file))
        .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void aFileThatIsNoNpyIsRefused() throws IOException {
    Path file = folder.resolve("y.npy");
    assertThatThrownBy(() -> Npy.read(file)).isInstanceOf(Failure.class).hasMessageEndingWith("there is no such file");
    Files.write(file, new byte[3]);
    assertThatThrownBy(() -> Npy.read(file)).isInstanceOf(Failure.class).hasMessageContaining("found the end of the file inside the npy header");
    Files.write(file, new byte[100]);
    assertThatThrownBy(() -> Npy.read(file)).isInstanceOf(Failure.class).hasMessageContaining("found no npy file");
    assertThatThrownBy(() -> Npy.read(file(4, header("<f4", "()"), new byte[4]))).isInstanceOf(Failure.class).hasMessageContaining("found npy version 4, expected 1, 2 or 3");
    Files.write(file, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1});
    assertThatThrownBy(() -> Npy.read(file)).isInstanceOf(Failure.class).hasMessageContaining("npy header of 4294967295 bytes");
  }
}
