package dlt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("x.npz");
  }

  private static SequencedMap<String, HostTensor> some() {
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    r.put("y", HostTensor.of(Shape.of(2), 1L, 2L));
    r.put("x", HostTensor.of(Shape.of(2, 2), 1f, 2, 3, 4));
    return r;
  }

  private Path zip(String name, byte[]... contents) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file()))) {
      zip.putNextEntry(new ZipEntry(name));
      for (byte[] c : contents) {
        zip.write(c);
      }
      zip.closeEntry();
    }
    return file();
  }

  @Test
  void whatIsWrittenIsReadAgainAndTheBytesAreTheSame() throws IOException {
    Npz.write(file(), some());
    byte[] once = Files.readAllBytes(file());
    assertThat(Npz.read(file()).keySet()).containsExactly("y", "x");
    assertThat(Npz.read(file()).get("x").toFloats()).containsExactly(1, 2, 3, 4);
    assertThat(Npz.types(file())).containsEntry("y", TensorType.int64(2));
    Npz.write(file(), some());
    assertThat(Files.readAllBytes(file())).isEqualTo(once);
  }

  @Test
  void compressedArraysAreRead() throws IOException {
    byte[] data = new byte[400_000];
    data[399_996] = 1;
    zip("a.npy", NpyHeader.write(new TensorType(DType.INT32, Shape.of(100_000))), data);
    assertThat(Npz.read(file()).get("a").longAt(99_999)).isEqualTo(1);
  }

  @Test
  void anyDamagedByteIsNoticed() throws IOException {
    Npz.write(file(), some());
    byte[] good = Files.readAllBytes(file());
    int data = new String(good, StandardCharsets.ISO_8859_1).indexOf(" \n") + 2;
    for (int at = data; at < data + 16; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 4;
      Files.write(file(), bad);
      assertThatThrownBy(() -> Npz.read(file())).isInstanceOf(Failure.class).hasMessageContaining("'y.npy': found bytes that do not have the checksum");
    }
  }

  @Test
  void whatIsNoNpzIsRefused() throws IOException {
    assertThatThrownBy(() -> Npz.read(file())).isInstanceOf(Failure.class).hasMessageEndingWith("there is no such file");
    Files.write(file(), new byte[100]);
    assertThatThrownBy(() -> Npz.read(file())).isInstanceOf(Failure.class).hasMessageContaining("found no zip file");
    zip("readme.txt", new byte[3]);
    assertThatThrownBy(() -> Npz.read(file())).isInstanceOf(Failure.class).hasMessageContaining("'readme.txt': found a file that is no .npy");
    zip("a.npy", new byte[3]);
    assertThatThrownBy(() -> Npz.read(file())).isInstanceOf(Failure.class).hasMessageContaining("'a.npy': found the end of the file inside the npy header");
    zip("a.npy", NpyHeader.write(TensorType.float32(2)), new byte[4]);
    assertThatThrownBy(() -> Npz.read(file())).isInstanceOf(Failure.class).hasMessageContaining("'a.npy': found 4 bytes of data, expected 8 for float32[2]");
  }

  @Test
  void anEntryThatClaimsMoreThanZipCanHoldIsRefusedBeforeItIsAllocated() throws IOException {
    zip("a.npy", NpyHeader.write(TensorType.float32(1 << 29)), new byte[1 << 16]);
    byte[] bytes = Files.readAllBytes(file());
    int central = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\u0001\u0002");
    for (int i = 0; i < 4; i++) {
      bytes[central + 24 + i] = (byte) ((1L << 31) + 128 >>> 8 * i);
    }
    Files.write(file(), bytes);
    assertThatThrownBy(() -> Npz.read(file())).isInstanceOf(Failure.class).hasMessageContaining("more than zip can hold");
  }
}
