package dlt.backend.cpu;

import dlt.backend.KernelCall;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// From which memory the steps of a program get their operands, at best: one that keeps what was used last and holds all that
/// was touched since the operand was. The steps run again and again, so what came later is what came before.
final class Reuse {
  private final List<Labelled> steps;

  private Reuse(List<Labelled> steps) {
    this.steps = steps;
  }

  static List<KernelCall> calls(List<Labelled> steps) {
    Reuse reuse = new Reuse(steps);
    List<KernelCall> calls = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Labelled.Label label = steps.get(i).label().get();
      int step = i;
      calls.add(new KernelCall(label.kernel(), label.operations(), label.bytes(), label.phases().stream().map(p -> reuse.phase(step, p)).toList()));
    }
    return calls;
  }

  private KernelCall.Phase phase(int step, Target.Phase phase) {
    List<KernelCall.Traffic> traffic = new ArrayList<>(phase.inner());
    Labelled s = steps.get(step);
    long all = s.label().get().bytes();
    long operands = Stream.concat(s.read().stream(), s.written().stream()).distinct().mapToLong(MemorySegment::byteSize).sum();
    for (int input : phase.inputs()) {
      MemorySegment data = s.read().get(input);
      // no more of an operand than the op takes of it: a slice, some rows
      long bytes = Math.round(data.byteSize() * Math.min(1.0, (double) all / Math.max(1, operands)));
      traffic.add(new KernelCall.Traffic(bytes, 0, workingSet(step, data)));
    }
    if (phase.result()) {
      s.written().forEach(data -> traffic.add(new KernelCall.Traffic(0, data.byteSize(), workingSet(step, data))));
    }
    return new KernelCall.Phase(phase.arithmetic(), traffic);
  }

  /// The bytes that have been touched since a step before this one touched `data`, with those of this step.
  private long workingSet(int step, MemorySegment data) {
    Map<Long, Long> touched = new HashMap<>();
    for (int back = 1; back <= steps.size(); back++) {
      Labelled s = steps.get(Math.floorMod(step - back, steps.size()));
      boolean found = false;
      for (List<MemorySegment> side : List.of(s.read(), s.written())) {
        for (MemorySegment other : side) {
          found |= data.asOverlappingSlice(other).isPresent();
        }
      }
      if (found) {
        break;
      }
      touch(touched, s);
    }
    touch(touched, steps.get(step));
    return touched.values().stream().mapToLong(Long::longValue).sum();
  }

  private static void touch(Map<Long, Long> touched, Labelled step) {
    step.read().forEach(m -> touched.merge(m.address(), m.byteSize(), Math::max));
    step.written().forEach(m -> touched.merge(m.address(), m.byteSize(), Math::max));
  }
}
