package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.KernelCall;
import dlt.backend.KernelCall.Traffic;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReuseTest {
  private final MemorySegment memory = Arena.ofAuto().allocate(10_000);

  private static Labelled step(List<MemorySegment> read, List<MemorySegment> written) {
    long bytes = java.util.stream.Stream.concat(read.stream(), written.stream()).mapToLong(MemorySegment::byteSize).sum();
    return new Labelled(() -> {}, read, written, () -> new Labelled.Label("k", 0, bytes,
        List.of(new Target.Phase(7, IntStream.range(0, read.size()).boxed().toList(), true, List.of(new Traffic(1, 2, 3))))));
  }

  @Test
  void anOperandIsAsFarAsWhatWasTouchedSince() {
    MemorySegment a = memory.asSlice(0, 100);
    MemorySegment b = memory.asSlice(100, 1000);
    MemorySegment c = memory.asSlice(1100, 10);
    // b is touched last by the step before, a by the one before the last; the first step meets what the last left
    List<KernelCall> calls = Reuse.calls(List.of(step(List.of(), List.of(a)), step(List.of(), List.of(b)), step(List.of(a, b), List.of(c))));
    assertThat(calls.get(2).phases()).singleElement().satisfies(p -> {
      assertThat(p.arithmetic()).isEqualTo(7);
      assertThat(p.traffic()).containsExactly(new Traffic(1, 2, 3), new Traffic(100, 0, 1110), new Traffic(1000, 0, 1110), new Traffic(0, 10, 1110));
    });
    assertThat(calls.get(0).phases().getFirst().traffic()).contains(new Traffic(0, 100, 100));
    assertThat(calls.get(1).phases().getFirst().traffic()).contains(new Traffic(0, 1000, 1100));
  }

  @Test
  void piecesOfAnOperandCount() {
    MemorySegment all = memory.asSlice(0, 100);
    List<KernelCall> calls = Reuse.calls(List.of(step(List.of(), List.of(memory.asSlice(50, 10))), step(List.of(), List.of(memory.asSlice(200, 500))),
        step(List.of(all), List.of())));
    assertThat(calls.get(2).phases().getFirst().traffic()).contains(new Traffic(100, 0, 600));
  }
}
