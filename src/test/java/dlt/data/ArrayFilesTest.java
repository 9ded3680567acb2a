package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrayFilesTest {
  private static final Wanted CLASSES = Wanted.of(TargetKind.CLASSES);

  @TempDir Path folder;

  private static SequencedMap<String, HostTensor> arrays() {
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    r.put("run/x", HostTensor.of(Shape.of(2, 2, 3), 0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    r.put("run/y", HostTensor.of(Shape.of(2, 2), 0L, 1, 2, 3));
    return r;
  }

  private static void check(Dataset d) {
    assertThat(d.size()).isEqualTo(4);
    assertThat(d.inputs().getFirst()).isEqualTo(new Field("x", TensorType.float32(3)));
    assertThat(d.targets().getFirst()).isEqualTo(new Field("y", TensorType.int64()));
    assertThat(Samples.input(d, 3)).containsExactly(9, 10, 11);
    assertThat(Samples.target(d, 3)).containsExactly(3);
    assertThat(d.hash()).hasSize(64);
  }

  @Test
  void safetensorsAndNpzNameTheirArrays() {
    dlt.tensor.Safetensors.write(folder.resolve("a.safetensors"), arrays(), Map.of());
    check(new Safetensors(new ArrayArguments("a.safetensors", List.of("run/x"), List.of("run/y"), 2, ImageLayout.CHW)).open(folder, CLASSES));
    dlt.tensor.Npz.write(folder.resolve("a.npz"), arrays());
    check(new Npz(new ArrayArguments("a.npz", List.of("run/x"), List.of("run/y"), 2, ImageLayout.CHW)).open(folder, CLASSES));
    assertThatThrownBy(() -> new Npz(new ArrayArguments("a.npz", List.of("run/x"), List.of("run/yy"), 2, ImageLayout.CHW)).open(folder, CLASSES))
        .hasMessageContaining("a.npz: has no array 'run/yy' - did you mean 'run/y'?");
  }

  @Test
  void whatNobodyNamesInAnNpzIsNotRead() throws IOException {
    SequencedMap<String, HostTensor> more = arrays();
    more.put("huge", HostTensor.allocate(TensorType.float32(1 << 20)));
    Path file = folder.resolve("a.npz");
    dlt.tensor.Npz.write(file, more);
    assertThat(dlt.tensor.Npz.read(file, Set.of("run/x"))).containsOnlyKeys("run/x");
    check(new Npz(new ArrayArguments("a.npz", List.of("run/x"), List.of("run/y"), 2, ImageLayout.CHW)).open(folder, CLASSES));
  }

  @Test
  void npyFilesHoldOneArrayEach() throws IOException {
    Files.createDirectories(folder.resolve("sub"));
    dlt.tensor.Npy.write(folder.resolve("sub/x.npy"), arrays().get("run/x"));
    dlt.tensor.Npy.write(folder.resolve("sub/y.npy"), arrays().get("run/y"));
    check(new Npy(List.of("sub/x.npy"), List.of("sub/y.npy"), 2, ImageLayout.CHW).open(folder, CLASSES));
    Dataset inputs = new Npy(List.of("sub/x.npy"), List.of("sub/gone.npy"), 2, ImageLayout.CHW).open(folder, Wanted.of(TargetKind.NONE));
    assertThat(inputs.targets()).isEmpty();
    assertThatThrownBy(() -> new Npy(List.of("sub/x.npy"), List.of("sub/gone.npy"), 2, ImageLayout.CHW).open(folder, CLASSES))
        .hasMessageContaining("sub/gone.npy: no such file");
  }

  @Test
  void damagedAndMissingFilesAreFailuresOfTheData() throws IOException {
    Files.writeString(folder.resolve("bad"), "nothing that anybody could read");
    for (Source s : List.of(new Safetensors(new ArrayArguments("bad", List.of("x"), List.of(), 1, ImageLayout.CHW)), new Npz(new ArrayArguments("bad", List.of("x"), List.of(), 1, ImageLayout.CHW)), new Npy(List.of("bad"), List.of(), 1, ImageLayout.CHW))) {
      assertThatThrownBy(() -> s.open(folder, CLASSES)).isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA));
    }
    for (Source s : List.of(new Safetensors(new ArrayArguments("no", List.of("x"), List.of(), 1, ImageLayout.CHW)), new Npz(new ArrayArguments("no", List.of("x"), List.of(), 1, ImageLayout.CHW)), new Npy(List.of("no"), List.of(), 1, ImageLayout.CHW))) {
      assertThatThrownBy(() -> s.open(folder, CLASSES)).hasMessageContaining("no: no such file (looked for ");
    }
  }
}
