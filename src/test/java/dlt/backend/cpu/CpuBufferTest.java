package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuBufferTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 16384, 50001})
  void allValuesAreWrittenWhoeverWritesThem(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = i + 1;
    }
    try (Arena arena = Arena.ofShared(); Workers workers = new Workers(3)) {
      TensorType type = TensorType.float32(size);
      CpuBuffer buffer = new CpuBuffer(type, Memory.allocate(arena, type.bytes()), Optional.of(workers));
      buffer.write(HostTensor.of(Shape.of(size), values));
      assertThat(buffer.read().toFloats()).isEqualTo(values);
    }
  }

  @Test
  void otherSizesAreRefused() {
    CpuBuffer buffer = new CpuBuffer(TensorType.float32(2), Arena.ofAuto().allocate(8));
    assertThatThrownBy(() -> buffer.write(Arena.ofAuto().allocate(4))).hasMessageContaining("met 4 bytes");
  }
}
