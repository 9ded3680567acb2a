package dlt.backend.cuda.software;

import dlt.backend.cuda.driver.Context;
import dlt.backend.cuda.driver.Context.Extent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Runs an instruction, one thread for each triple of operands. It finds them in %ra, %rb, %rc (32 bits), %la, %lb, %lc (64 bits) and %ha,
/// %hb (16 bits), and leaves its result in %r, %l, %h or %p.
final class OneInstruction {
  private static final String KERNEL = """
      .version 7.4
      .target sm_80
      .address_size 64
      .visible .entry one(.param .align 8 .b8 one_0[40])
      {
      .reg .pred %p, %past;
      .reg .b16 %h, %ha, %hb, %hc;
      .reg .b32 %r, %ra, %rb, %rc, %t<4>;
      .reg .b64 %l, %la, %lb, %lc, %at<6>;
      mov.u32 %t0, %ctaid.x;
      mov.u32 %t1, %tid.x;
      mad.lo.u32 %t2, %t0, 128, %t1;
      ld.param.u32 %t3, [one_0+32];
      setp.ge.u32 %past, %t2, %t3;
      @%past bra END;
      mul.wide.u32 %at0, %t2, 8;
      ld.param.u64 %at1, [one_0];
      ld.param.u64 %at2, [one_0+8];
      ld.param.u64 %at3, [one_0+16];
      ld.param.u64 %at4, [one_0+24];
      add.s64 %at1, %at1, %at0;
      add.s64 %at2, %at2, %at0;
      add.s64 %at3, %at3, %at0;
      add.s64 %at4, %at4, %at0;
      ld.global.u64 %la, [%at2];
      ld.global.u64 %lb, [%at3];
      ld.global.u64 %lc, [%at4];
      cvt.u32.u64 %ra, %la;
      cvt.u32.u64 %rb, %lb;
      cvt.u32.u64 %rc, %lc;
      cvt.u16.u64 %ha, %la;
      cvt.u16.u64 %hb, %lb;
      cvt.u16.u64 %hc, %lc;
      mov.u32 %r, 0;
      mov.u64 %l, 0;
      INSTRUCTION
      RESULT
      st.global.u64 [%at1], %l;
      END:
      ret;
      }
      """;

  private OneInstruction() {}

  static long[] run(String instruction, long[] a, long[] b, long[] c) {
    String target = instruction.replaceAll("^[^%]*", "").replaceAll("[,; ].*", "");
    String result = switch (target) {
      case "%r" -> "cvt.u64.u32 %l, %r;";
      case "%h" -> "cvt.u64.u16 %l, %h;";
      case "%p" -> "selp.b64 %l, 1, 0, %p;";
      default -> "";
    };
    try (KernelRun run = new KernelRun(KERNEL.replace("INSTRUCTION", instruction).replace("RESULT", result), 1);
        Arena arena = Arena.ofConfined()) {
      Context context = run.context;
      int n = a.length;
      MemorySegment pinned = context.allocatePinned(8L * n);
      long out = context.allocate(8L * n);
      MemorySegment argument = arena.allocate(40, 8);
      argument.set(ValueLayout.JAVA_LONG, 0, out);
      long[][] operands = {a, b, c};
      for (int i = 0; i < operands.length; i++) {
        long address = context.allocate(8L * n);
        argument.set(ValueLayout.JAVA_LONG, 8L * (i + 1), address);
        MemorySegment.copy(operands[i], 0, pinned, ValueLayout.JAVA_LONG, 0, n);
        context.copyToDevice(address, pinned, run.stream);
        context.synchronize(run.stream);
      }
      argument.set(ValueLayout.JAVA_INT, 32, n);
      context.launch(run.function("one"), Extent.of((n + 127) / 128), Extent.of(128), 0, argument, run.stream);
      context.copyToHost(pinned, out, run.stream);
      context.synchronize(run.stream);
      return pinned.toArray(ValueLayout.JAVA_LONG);
    }
  }
}
