package dlt.backend.cuda.software;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every kind of fault is reported, in every order of warps, with the place and the thread.
class FaultTest {
  private static final String FAULTS = KernelRun.ptx("faults.ptx");

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("missing_syncthreads", 1, 64, "reads shared memory"),
        Arguments.of("missing_syncthreads_before_reuse", 1, 64, "no barrier orders them"),
        Arguments.of("missing_syncwarp", 1, 32, "no barrier orders them"),
        Arguments.of("missing_async_wait", 1, 64, "cp.async that nobody has waited for"),
        Arguments.of("missing_barrier_after_async_wait", 1, 64, ""),
        Arguments.of("async_overwrites_what_is_read", 1, 64, ""),
        Arguments.of("reads_one_too_far", 1, 64, "4 bytes at 0x"),
        Arguments.of("writes_one_too_far", 1, 64, "4 bytes past the end of the allocation of 256 bytes"),
        Arguments.of("shared_out_of_bounds", 1, 64, "outside of the block's 252 bytes"),
        Arguments.of("misaligned_vector", 1, 64, "not a multiple of 16"),
        Arguments.of("misaligned_async", 1, 64, "not a multiple of 16"),
        Arguments.of("unwritten_shared", 1, 64, "nobody has written"),
        Arguments.of("divergent_barrier", 1, 32, "have ended"),
        Arguments.of("barrier_that_a_warp_misses", 1, 64, "deadlock"),
        Arguments.of("shuffle_that_lanes_miss", 1, 32, "have ended"),
        Arguments.of("blocks_write_the_same", 2, 64, "of the same launch writes too"),
        Arguments.of("blocks_read_what_others_write", 2, 32, "of the same launch"),
        Arguments.of("lanes_write_different_values", 1, 32, "writes shared memory while"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void isReported(String kernel, int grid, int block, String message) {
    LongStream.range(0, 20).forEach(seed -> {
      try (KernelRun run = new KernelRun(FAULTS, seed)) {
        long out = run.upload(new float[64]);
        long a = run.upload(new float[64]);
        assertThatThrownBy(() -> run.launch(kernel, grid, block, kernel.equals("shared_out_of_bounds") ? 252 : 0, out, a, a, 3, 0f))
            .as("seed %s", seed)
            .isInstanceOf(Fault.class)
            .hasMessageContaining("kernel " + kernel + ", block (")
            .hasMessageContaining("thread (")
            .hasMessageContaining("line ")
            .hasMessageContaining(message);
      }
    });
  }

  @Test
  void useAfterFree() {
    try (KernelRun run = new KernelRun(FAULTS, 1)) {
      long out = run.upload(new float[64]);
      long a = run.upload(new float[65]);
      run.launch("reads_one_too_far", 1, 64, 0, out, a, 0L, 0, 0f);
      run.context.free(a);
      assertThatThrownBy(() -> run.launch("reads_one_too_far", 1, 64, 0, out, a, 0L, 0, 0f)).isInstanceOf(Fault.class)
          .hasMessageContaining("has been freed");
    }
  }

  @Test
  void anArgumentOfAnotherSize() {
    try (KernelRun run = new KernelRun(FAULTS, 1)) {
      assertThatThrownBy(() -> run.launch("reads_one_too_far", 1, 64, 0, 0L, 0L)).isInstanceOf(Fault.class)
          .hasMessageContaining("an argument of 16 bytes, where the kernel takes 32");
    }
  }

  @Test
  void moreThreadsOrSharedMemoryThanThereAre() {
    try (KernelRun run = new KernelRun(FAULTS, 1)) {
      assertThatThrownBy(() -> run.launch("reads_one_too_far", 1, 1025, 0, 0L, 0L, 0L, 0, 0f)).isInstanceOf(Fault.class)
          .hasMessageContaining("1024 threads are the most");
      assertThatThrownBy(() -> run.launch("shared_out_of_bounds", 1, 32, 50_000, 0L, 0L, 0L, 0, 0f)).isInstanceOf(Fault.class)
          .hasMessageContaining("where 49152 are allowed");
    }
  }

  static Stream<String> unknown() {
    return Stream.of("add.sat.f16 %r0, %r1, %r1;", "add.s32.cc %r0, %r1, %r1;", "wgmma.fence.sync.aligned;", "frobnicate.b32 %r0, %r1;",
        "ld.global.acquire.sys.u32 %r0, [%rd0];", "mov.u32 %r0, %smid;", "cvt.rn.satfinite.e4m3x2.f32 %r0, %r1, %r1;", "add.s32 %r0, %r1, %rd0;",
        "bra $nowhere;", "mov.u64 %rd0, nowhere;", "cp.async.cg.shared.global [%r0], [%rd0], 8;", "setp.foo.s32 %p0, %r0, %r1;");
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void anInstructionThatIsNotKnownIsRefusedAtOnce(String instruction) {
    String ptx = """
        .version 7.4
        .target sm_80
        .address_size 64
        .visible .entry k(.param .align 8 .b8 k_0[8])
        {
        .reg .pred %p<4>; .reg .b32 %r<4>; .reg .b64 %rd<4>;
        INSTRUCTION
        ret;
        }
        """.replace("INSTRUCTION", instruction);
    assertThatThrownBy(() -> new KernelRun(ptx, 1)).isInstanceOf(Fault.class).hasMessageContaining("line 7")
        .hasMessageContaining(instruction.split("[. ]")[0]);
  }
}
