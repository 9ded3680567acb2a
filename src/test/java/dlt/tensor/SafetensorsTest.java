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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {
  @TempDir Path folder;

  private Path file(String header, int dataBytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer b = ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
    for (int i = 1; b.hasRemaining(); i++) {
      b.put((byte) i);
    }
    return Files.write(folder.resolve("t.safetensors"), b.array());
  }

  private static SequencedMap<String, HostTensor> some() {
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    HostTensor flags = HostTensor.allocate(new TensorType(DType.BOOL, Shape.of(3)));
    flags.set(1, 1);
    r.put("flags", flags);
    r.put("0.weight", HostTensor.of(Shape.of(2, 2), 1f, -2f, 3.5f, Float.NaN));
    r.put("step", HostTensor.of(Shape.SCALAR, Long.MIN_VALUE));
    r.put("none", HostTensor.of(Shape.of(0, 4), new float[0]));
    r.put("schön \"x\"", HostTensor.ofDoubles(Shape.of(1), Math.PI));
    return r;
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    Path file = folder.resolve("a.safetensors");
    Safetensors.write(file, some(), Map.of("b", "2", "a", "ein \"ß\"\n"));
    SequencedMap<String, HostTensor> read = Safetensors.read(file);
    assertThat(read.keySet()).containsExactlyElementsOf(some().keySet());
    some().forEach((name, t) -> {
      assertThat(read.get(name).type()).isEqualTo(t.type());
      assertThat(read.get(name).toDoubles()).containsExactly(t.toDoubles());
    });
    assertThat(read.get("step").longAt(0)).isEqualTo(Long.MIN_VALUE);
    assertThat(Safetensors.metadata(file)).containsExactly(Map.entry("a", "ein \"ß\"\n"), Map.entry("b", "2"));
    assertThat(Safetensors.types(file)).containsEntry("0.weight", TensorType.float32(2, 2));
  }

  @Test
  void theBytesDependOnTheTensorsAloneAndTheDataIsAligned() throws IOException {
    Path a = folder.resolve("a");
    Path b = folder.resolve("b");
    Safetensors.write(a, some(), Map.of("x", "1", "y", "2", "z", "3"));
    Map<String, String> otherOrder = new LinkedHashMap<>();
    otherOrder.put("z", "3");
    otherOrder.put("y", "2");
    otherOrder.put("x", "1");
    Safetensors.write(b, some(), otherOrder);
    assertThat(Files.readAllBytes(a)).isEqualTo(Files.readAllBytes(b));
    long header = ByteBuffer.wrap(Files.readAllBytes(a)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat((8 + header) % 64).isZero();
    assertThat(Files.size(a)).isEqualTo(8 + header + 8 + 8 + 16 + 3);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everyTypeComesBack(DType dtype) {
    HostTensor t = HostTensor.allocate(new TensorType(dtype, Shape.of(5)));
    for (int i = 0; i < 5; i++) {
      if (dtype == DType.INT64) {
        t.setLong(i, i % 2);
      } else {
        t.set(i, i % 2);
      }
    }
    SequencedMap<String, HostTensor> tensors = new LinkedHashMap<>(Map.of("x", t));
    Path file = folder.resolve("a");
    Safetensors.write(file, tensors, Map.of());
    assertThat(Safetensors.read(file).get("x").type()).isEqualTo(t.type());
    assertThat(Safetensors.read(file).get("x").toDoubles()).containsExactly(0, 1, 0, 1, 0);
  }

  @Test
  void unsignedTypesAreWidened() throws IOException {
    Path file = file("{'a':{'dtype':'U16','shape':[2],'data_offsets':[0,4]},'b':{'dtype':'U32','shape':[],'data_offsets':[4,8]}}  ".replace('\'', '"'), 8);
    assertThat(Safetensors.read(file).get("a").dtype()).isEqualTo(DType.INT32);
    assertThat(Safetensors.read(file).get("a").toDoubles()).containsExactly(0x0201, 0x0403);
    assertThat(Safetensors.read(file).get("b").longAt(0)).isEqualTo(0x08070605L);
  }

  @Test
  void theOrderOfTheDataMayDifferFromTheHeaders() throws IOException {
    Path file = file("{'a':{'dtype':'U8','shape':[2],'data_offsets':[1,3]},'b':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}}".replace('\'', '"'), 3);
    assertThat(Safetensors.read(file).keySet()).containsExactly("a", "b");
    assertThat(Safetensors.read(file).get("a").toDoubles()).containsExactly(2, 3);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
    "[];0;begins with byte 91",
    "` {}`;0;begins with byte 32",
    "{ ;0;a header of 1 bytes",
    "{'a;0;no JSON",
    "{}x;0;no JSON",
    "{} {};0;expected spaces",
    "{};1;found 1 bytes of data, expected 0",
    "{'a':1};0;found 1, expected an object for 'a'",
    "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}};0;found 0 bytes of data, expected 1",
    "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}};2;found 2 bytes of data, expected 1",
    "{'a':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}};2;expected 0",
    "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'b':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}};3;'b' at byte 1 of the data, expected 2",
    "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'b':{'dtype':'U8','shape':[1],'data_offsets':[2,3]}};3;'b' at byte 2 of the data, expected 1",
    "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'a':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}};2;Duplicate field 'a'",
    "{'a':{'dtype':'U8','dtype':'U8','shape':[1],'data_offsets':[0,1]}};1;Duplicate field 'dtype'",
    "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,1]}};1;expected 4 bytes for F32[1]",
    "{'a':{'dtype':'U8','shape':[1],'data_offsets':[1,0]}};0;data_offsets [1, 0]",
    "{'a':{'dtype':'F8_E4M3','shape':[1],'data_offsets':[0,1]}};1;found the type F8_E4M3 of 'a', expected one of",
    "{'a':{'dtype':'U8','shape':[-1],'data_offsets':[0,1]}};1;found -1",
    "{'a':{'dtype':'U8','shape':[1.0],'data_offsets':[0,1]}};1;found 1.0",
    "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,99999999999999999999]}};1;found 99999999999999999999",
    "{'a':{'dtype':'U8','shape':[2147483647,2147483647,2147483647],'data_offsets':[0,1]}};1;fits into a file",
    "{'a':{'dtype':'U8','shape':[4294967297],'data_offsets':[0,1]}};1;dimensions of at most",
    "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1,2]}};1;lacks its dtype, shape or two data_offsets",
    "{'a':{'shape':[1],'data_offsets':[0,1]}};1;lacks its dtype",
    "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1],'x':1}};1;found 'x' in the header of 'a'",
    "{'__metadata__':{'a':1}};0;expected text for the metadata 'a'"
  })
  void aDamagedFileIsRefused(String header, int dataBytes, String message) throws IOException {
    Path file = file(header.replace('\'', '"'), dataBytes);
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
        .hasMessageStartingWith(file + ": ")
        .extracting(e -> e.getMessage().replace('"', '\''))
        .asString()
        .contains(message);
  }

  @Test
  void aFileThatIsTooShortForItsHeaderIsRefused() throws IOException {
    Path file = folder.resolve("x");
    assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(Failure.class).hasMessageEndingWith("there is no such file");
    Files.write(file, new byte[7]);
    assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(Failure.class).hasMessageContaining("found 7 bytes, expected 8");
    for (long length : new long[] {-1, 0, 1, 100_000_001, Long.MAX_VALUE}) {
      Files.write(file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
      assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(Failure.class).hasMessageContaining("expected a safetensors header of 2 to 100000000");
    }
    Files.write(file, ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(9).array());
    assertThatThrownBy(() -> Safetensors.read(file)).isInstanceOf(Failure.class).hasMessageContaining("found 8 bytes, expected 9");
  }

  @Test
  void aFileThatCannotBeWrittenIsAFailure() {
    assertThatThrownBy(() -> Safetensors.write(folder.resolve("no/such/folder"), some(), Map.of()))
        .isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.OUTPUT));
  }
}
