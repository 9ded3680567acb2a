package dlt.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFilesTest {
  @TempDir Path folder;

  @Test
  void anNpyFileIsMappedWithTheSameElements() {
    Path file = folder.resolve("a.npy");
    Npy.write(file, HostTensor.of(Shape.of(2, 2), 1f, 2, 3, 4));
    HostTensor t = Npy.map(file);
    assertThat(t.data().isMapped()).isTrue();
    assertThat(t.type()).isEqualTo(TensorType.float32(2, 2));
    assertThat(t.toFloats()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void anArrayThatLiesOtherwiseInItsFileIsRead() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 70, 0});
    bytes.write(String.format("%-69s\n", "{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }").getBytes(StandardCharsets.ISO_8859_1));
    bytes.write(new byte[] {1, 2, 0, 3});
    Files.write(folder.resolve("a.npy"), bytes.toByteArray());
    HostTensor t = Npy.map(folder.resolve("a.npy"));
    assertThat(t.data().isMapped()).isFalse();
    assertThat(t.toDoubles()).containsExactly(258, 3);
  }

  @Test
  void theTensorsOfASafetensorsFileAreMapped() {
    SequencedMap<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("a", HostTensor.of(Shape.of(3), 1L, 2, 3));
    tensors.put("b", HostTensor.of(Shape.of(2), 0.5f, 0.25f));
    tensors.put("empty", HostTensor.allocate(TensorType.float32(0)));
    Path file = folder.resolve("a.safetensors");
    Safetensors.write(file, tensors, Map.of());
    SequencedMap<String, HostTensor> mapped = Safetensors.map(file);
    assertThat(mapped.keySet()).containsExactly("a", "b", "empty");
    assertThat(mapped.get("a").data().isMapped()).isTrue();
    assertThat(mapped.get("a").longAt(2)).isEqualTo(3);
    assertThat(mapped.get("b").toFloats()).containsExactly(0.5f, 0.25f);
  }
}
