package dlt.train;

import dlt.backend.Ceilings;
import dlt.backend.KernelCall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Where the time of a training step goes: its kernels, the longest first, beside what the machine can do at most.
///
/// @param stepMs the median step, not timed inside
/// @param ceilings empty where they are not known; floors are 0 then
public record StepProfile(double stepMs, List<Kernel> kernels, Optional<Ceilings> ceilings) {
  /// All calls of one kernel in a step.
  ///
  /// @param ms their time, the median over the steps
  /// @param floorMs the shortest time that they can take ([Ceilings#nanos])
  /// @param rooflineMs what the op would take at the machine's rates ([Ceilings#roofline])
  public record Kernel(String name, int calls, double ms, long operations, long bytes, double floorMs, double rooflineMs) {
    public double gigaflops() {
      return operations * 1e-6 / ms;
    }

    public double gigabytes() {
      return bytes * 1e-6 / ms;
    }

    /// The share of its own ceiling that the kernel reaches.
    public double ofCeiling() {
      return floorMs / ms;
    }

    /// The speed as a share of the op's roofline; above 1 where the path needs fewer operations than the op is defined by.
    public double ofRoofline() {
      return rooflineMs / ms;
    }
  }

  public StepProfile {
    kernels = List.copyOf(kernels);
  }

  /// `nanos[i]`: the time of `calls[i]`.
  static StepProfile of(double stepMs, List<KernelCall> calls, double[] nanos, Optional<Ceilings> ceilings) {
    Map<String, List<Kernel>> byName = new LinkedHashMap<>();
    for (int i = 0; i < nanos.length; i++) {
      KernelCall c = calls.get(i);
      double floor = ceilings.map(k -> k.nanos(c)).orElse(0.0);
      double roofline = ceilings.map(k -> k.roofline(c)).orElse(0.0);
      byName.computeIfAbsent(c.kernel(), k -> new ArrayList<>())
          .add(new Kernel(c.kernel(), 1, nanos[i] * 1e-6, c.operations(), c.bytes(), floor * 1e-6, roofline * 1e-6));
    }
    return new StepProfile(stepMs, byName.values().stream().map(StepProfile::sum).sorted(Comparator.comparingDouble(k -> -k.ms)).toList(), ceilings);
  }

  private static Kernel sum(List<Kernel> calls) {
    return calls.stream().reduce((a, b) -> new Kernel(a.name, a.calls + b.calls, a.ms + b.ms, a.operations + b.operations, a.bytes + b.bytes,
        a.floorMs + b.floorMs, a.rooflineMs + b.rooflineMs)).orElseThrow();
  }

  /// The time in kernels; the rest of the step feeds batches and reads the loss.
  public double kernelMs() {
    return kernels.stream().mapToDouble(Kernel::ms).sum();
  }

  /// The shortest time in which the machine could do what the kernels do.
  public double floorMs() {
    return kernels.stream().mapToDouble(Kernel::floorMs).sum();
  }

  /// The share of the kernels' time spent in those that reach `share` of their own ceiling.
  public double timeAt(double share) {
    return time(k -> k.ofCeiling() >= share);
  }

  /// The share of the kernels' time spent in those that reach `share` of their op's roofline.
  public double timeAtRoofline(double share) {
    return time(k -> k.ofRoofline() >= share);
  }

  private double time(Predicate<Kernel> in) {
    return kernels.stream().filter(in).mapToDouble(Kernel::ms).sum() / kernelMs();
  }

  /// The names of the kernels that do not reach `share`, the longest first.
  public String below(double share, int most) {
    return kernels.stream().filter(k -> k.ofCeiling() < share).limit(most).map(Kernel::name).collect(Collectors.joining(", "));
  }
}
