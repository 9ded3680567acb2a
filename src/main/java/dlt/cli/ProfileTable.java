package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Ceilings;
import dlt.run.MetricsLog;
import dlt.train.StepProfile;
import java.util.Locale;
import java.util.stream.Collectors;

/// A [StepProfile] for people and for programs.
final class ProfileTable {
  /// What counts as close to a ceiling.
  private static final double CLOSE = 0.85;
  private static final int LONGEST_NAME = 100;
  private static final int NAMED = 6;
  /// Kernels are listed until they make up this share of the time.
  private static final double SHOWN = 0.99;

  private ProfileTable() {}

  static void put(ObjectNode d, StepProfile p) {
    MetricsLog.put(d, "step_ms", p.stepMs());
    MetricsLog.put(d, "kernel_ms", p.kernelMs());
    p.ceilings().ifPresent(c -> {
      MetricsLog.put(d, "floor_ms", p.floorMs());
      MetricsLog.put(d, "share_close_to_ceiling", p.timeAt(CLOSE));
      MetricsLog.put(d, "share_close_to_roofline", p.timeAtRoofline(CLOSE));
      ObjectNode ceilings = d.putObject("ceilings").put("gflops", c.flops() * 1e-9);
      ArrayNode levels = ceilings.putArray("levels");
      for (Ceilings.Level l : c.levels()) {
        ObjectNode o = levels.addObject();
        if (l.size() < Long.MAX_VALUE) {
          o.put("size", l.size());
        }
        o.put("read_gbytes", l.read() * 1e-9).put("write_gbytes", l.write() * 1e-9).put("copy_gbytes", l.copy() * 1e-9);
      }
    });
    ArrayNode kernels = d.putArray("kernels");
    for (StepProfile.Kernel k : p.kernels()) {
      ObjectNode o = kernels.addObject().put("kernel", k.name()).put("calls", k.calls());
      MetricsLog.put(o, "ms", k.ms());
      MetricsLog.put(o, "share", k.ms() / p.kernelMs());
      MetricsLog.put(o, "gflops", k.gigaflops());
      MetricsLog.put(o, "gbytes", k.gigabytes());
      if (p.ceilings().isPresent()) {
        MetricsLog.put(o, "floor_ms", k.floorMs());
        MetricsLog.put(o, "of_ceiling", k.ofCeiling());
        MetricsLog.put(o, "of_roofline", k.ofRoofline());
      }
    }
  }

  static String text(StepProfile p) {
    int width = p.kernels().stream().mapToInt(k -> Math.min(k.name().length(), LONGEST_NAME)).max().orElse(6);
    StringBuilder b = new StringBuilder();
    b.append(String.format(Locale.ROOT, "%-" + width + "s %5s %10s %6s %8s %7s %s%n", "kernel", "calls", "ms", "share", "GFLOP/s", "GB/s",
        p.ceilings().isPresent() ? "of ceiling of roofline" : ""));
    double shown = 0;
    int rows = 0;
    for (; rows < p.kernels().size() && shown < SHOWN * p.kernelMs(); rows++) {
      StepProfile.Kernel k = p.kernels().get(rows);
      shown += k.ms();
      b.append(String.format(Locale.ROOT, "%-" + width + "s %5d %10.4f %5.1f%% %8.1f %7.1f %s%n", cut(k.name()), k.calls(), k.ms(),
          100 * k.ms() / p.kernelMs(), k.gigaflops(), k.gigabytes(), p.ceilings().isPresent() ? percent(k.ofCeiling()) + "  " + percent(k.ofRoofline()) : ""));
    }
    if (rows < p.kernels().size()) {
      b.append(String.format(Locale.ROOT, "%d others, all in --json, take %.4f ms%n", p.kernels().size() - rows, p.kernelMs() - shown));
    }
    b.append(String.format(Locale.ROOT, "a step takes %.4f ms, its kernels %.4f", p.stepMs(), p.kernelMs()));
    p.ceilings().ifPresent(c -> b.append(String.format(Locale.ROOT, "; the floor is %.4f ms (%s of the step)%n", p.floorMs(), percent(p.floorMs() / p.stepMs()).strip()))
        .append(String.format(Locale.ROOT, "ceilings: %.0f GFLOP/s; GB/s read / written / copied: %s%n", c.flops() * 1e-9, c.levels().stream().map(ProfileTable::text).collect(Collectors.joining(", "))))
        .append(String.format(Locale.ROOT, "%s of the kernels' time is spent at %.0f%% of their op's roofline or more, %s at so much of their path's ceiling; the rest in %s",
            percent(p.timeAtRoofline(CLOSE)).strip(), 100 * CLOSE, percent(p.timeAt(CLOSE)).strip(), p.below(CLOSE, NAMED))));
    return b.toString();
  }

  private static String text(Ceilings.Level l) {
    return String.format(Locale.ROOT, "%.0f / %.0f / %.0f ", l.read() * 1e-9, l.write() * 1e-9, l.copy() * 1e-9)
        + (l.size() == Long.MAX_VALUE ? "beyond" : "in " + (l.size() >> 20) + " MiB");
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%9.1f%%", 100 * share);
  }

  private static String cut(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 3) + "...";
  }
}
