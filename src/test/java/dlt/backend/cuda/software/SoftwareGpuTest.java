package dlt.backend.cuda.software;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kernels as nvcc compiles them compute what Java does, in every order of warps.
class SoftwareGpuTest {
  private static final String KERNELS = KernelRun.ptx("kernels.ptx");

  private static float[] random(int n) {
    Random random = new Random(n);
    float[] r = new float[n];
    for (int i = 0; i < n; i++) {
      r[i] = random.nextInt(-100, 100);      // sums are exact in any order
    }
    return r;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 32, 33, 1000})
  void scaleAddIsFusedIntoOneRounding(int n) {
    try (KernelRun run = new KernelRun(KERNELS, n)) {
      float[] a = random(n);
      float[] b = random(n);
      long out = run.upload(new float[n]);
      run.launch("scale_add", (n + 127) / 128, 128, 0, out, run.upload(a), run.upload(b), n, 0.1f);
      float[] r = run.download(out, n);
      for (int i = 0; i < n; i++) {
        assertThat(r[i]).isEqualTo(Math.fma(0.1f, a[i], b[i]));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void sumsOfBlocksByTreesAndByShufflesAreThoseOfJava(long seed) {
    try (KernelRun run = new KernelRun(KERNELS, seed)) {
      int n = 1000;
      float[] a = random(n);
      for (String kernel : new String[] {"tree_sum", "shuffle_sum"}) {
        long out = run.upload(new float[4]);
        run.launch(kernel, 4, 256, 0, out, run.upload(a), 0L, n, 0f);
        float[] r = run.download(out, 4);
        for (int b = 0; b < 4; b++) {
          float sum = 0;
          for (int i = 256 * b; i < Math.min(n, 256 * b + 256); i++) {
            sum += a[i];
          }
          assertThat(r[b]).isEqualTo(sum);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void copiesThatAreWaitedForArrive(long seed) {
    try (KernelRun run = new KernelRun(KERNELS, seed)) {
      int n = 64 * 7;
      float[] a = random(n);
      long out = run.upload(new float[n]);
      run.launch("async_reverse", 1, 64, 2 * 64 * 4, out, run.upload(a), 0L, n, 0f);
      float[] r = run.download(out, n);
      for (int i = 0; i < n; i++) {
        assertThat(r[i]).isEqualTo(a[n - 1 - i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 100, 700})
  void lanesThatPartMeetAgain(int n) {
    try (KernelRun run = new KernelRun(KERNELS, n)) {
      long out = run.upload(new float[n]);
      run.launch("walk", (n + 63) / 64, 64, 0, out, 0L, 0L, n, 0f);
      float[] r = run.download(out, n);
      for (int i = 0; i < n; i++) {
        int steps = 0;
        for (long k = i + 1; k != 1; k = k % 2 == 0 ? k / 2 : 3 * k + 1) {
          steps++;
        }
        assertThat(r[i]).isEqualTo(steps);
      }
    }
  }

  @Test
  void functionsAreCalledWithMemoryOfTheirOwn() {
    try (KernelRun run = new KernelRun(KERNELS, 1)) {
      int n = 64;
      float[] a = random(n);
      long out = run.upload(new float[n]);
      run.launch("spaces", 1, n, 0, out, run.upload(a), 0L, n, 0f);
      float[] r = run.download(out, n);
      for (int i = 0; i < n; i++) {
        assertThat(r[i]).isEqualTo(a[i] * (i & 7) + (1 << (i & 3)) + 5);
      }
    }
  }

  @Test
  void productsOfMatricesByTilesAreThoseOfJava() {
    try (KernelRun run = new KernelRun(KERNELS, 1)) {
      int n = 128;
      float[] a = random(n * n);
      float[] b = random(n * n + 1);
      long out = run.upload(new float[n * n]);
      run.launch("tiled_product", n / 64 * (n / 64), 256, 0, out, run.upload(a), run.upload(b), n, 0f);
      float[] r = run.download(out, n * n);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          float sum = 0;
          for (int k = 0; k < n; k++) {
            sum = Math.fma(a[i * n + k], b[k * n + j], sum);
          }
          assertThat(r[i * n + j]).isEqualTo(sum);
        }
      }
    }
  }
}
