package dlt.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhiloxTest {
  private final Philox random = new Philox(0x123456789abcdefL, 7, 3);

  @Test
  void numbersDrawnAtOnceAreThoseDrawnOneByOne() {
    for (long first : new long[] {0, 1, 2, 3, 4, 17, (1L << 34) - 5}) {
      for (int count : new int[] {0, 1, 3, 4, 5, 11, 64}) {
        float[] some = new float[count];
        int[] bits = new int[count];
        random.uniform(first, some);
        random.bits(first, bits);
        for (int i = 0; i < count; i++) {
          assertThat(some[i]).as("number %d from %d on", i, first).isEqualTo(random.uniform(first + i));
          assertThat(bits[i]).as("bits %d from %d on", i, first).isEqualTo(random.bits(first + i));
        }
      }
    }
  }

  @Test
  void theGeneratorGivesItsAuthorsNumbers() {
    // Random123's known answers: philox4x32-10 of counter and key all zeros, then all ones
    assertThat(Philox.word(0, 0, 0, 0, 0, 0, 0)).isEqualTo(0x6627e8d5);
    assertThat(Philox.word(0, 0, 0, 0, 0, 0, 3)).isEqualTo(0x9b00dbd8);
    assertThat(Philox.word(-1, -1, -1, -1, -1, -1, 0)).isEqualTo(0x408f276d);
  }
}
