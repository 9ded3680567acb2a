package dlt.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostTensorTest {
  @Test
  void bfloat16RoundsToTheNearestEvenAndKeepsNaN() {
    HostTensor t = HostTensor.allocate(new TensorType(DType.BFLOAT16, Shape.of(5)));
    t.set(0, 1 + 0x1p-8);          // half way: to even
    t.set(1, 1 + 3 * 0x1p-8);
    t.set(2, -Float.MAX_VALUE);    // beyond the largest
    t.set(3, Float.intBitsToFloat(0x7fffffff));
    t.set(4, Double.NaN);
    assertThat(t.toDoubles()).containsExactly(1, 1 + 0x1p-6, Double.NEGATIVE_INFINITY, Double.NaN, Double.NaN);
  }

  @Test
  void aCopyHasMemoryOfItsOwn() {
    HostTensor t = HostTensor.of(Shape.of(2), 1f, 2f);
    HostTensor copy = t.copy();
    t.set(0, 5);
    assertThat(copy.toFloats()).containsExactly(1, 2);
  }
}
