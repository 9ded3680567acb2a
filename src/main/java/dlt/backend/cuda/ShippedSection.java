package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Kernels that ship as sections, so that they can share a launch with others and end in more operations ([Finish]): a copy of their code,
/// in which the block, its shared memory and its barrier are the section's.
final class ShippedSection {
  /// Those whose kernels go over as much as there is, however many blocks there are.
  private static final Set<String> ANY_BLOCKS = Set.of("arg_max", "gather", "pool", "random_uniform", "softmax");
  private static final Pattern SHARED = Pattern.compile("\\.shared \\.align \\d+ \\.b8 (\\w+)\\[(\\d+)\\];");
  private static final Pattern FINISH = Pattern.compile("mov\\.f32 (%\\w+), (%\\w+); // finish (%\\w+) (%\\w+)");
  private static final Map<Launch.Shipped, Text> TEXTS = new ConcurrentHashMap<>();

  /// A kernel's instructions, and its shared memory, or "" and 0.
  private record Text(List<String> lines, String shared, int sharedBytes, int residency) {}

  private ShippedSection() {}

  /// `launch` as a section.
  static Section of(Launch launch) {
    return switch (launch.kernel()) {
      case Launch.Shipped kernel -> of(launch, kernel, Optional.empty());
      case Launch.Finished kernel -> of(launch, kernel.shipped(), Optional.of(kernel));
      case Launch.Written kernel -> throw new IllegalArgumentException(kernel.name() + " has been written");
    };
  }

  private static Section of(Launch launch, Launch.Shipped kernel, Optional<Launch.Finished> finished) {
    Text text = text(kernel);
    Context.Extent grid = launch.grid();
    int threads = launch.block().x();
    boolean flat = grid.y() == 1 && grid.z() == 1;
    long[] own = arguments(launch.argument());
    long[] all = Arrays.copyOf(own, own.length + (flat ? 0 : 2));
    if (!flat) {
      all[own.length] = (long) grid.y() << 32 | grid.x();
      all[own.length + 1] = grid.z();
    }
    Section.Code code = Section.Code.of(text.sharedBytes, threads, text.residency, !ANY_BLOCKS.contains(kernel.module()),
        (ptx, place) -> new Writer(ptx, place, kernel, text, flat ? -1 : own.length, threads, finished).write());
    return new Section(code, all, Math.toIntExact((long) grid.x() * grid.y() * grid.z()));
  }

  /// A parameter struct, padded, as arguments of a section.
  static long[] arguments(MemorySegment bytes) {
    byte[] padded = Arrays.copyOf(bytes.toArray(ValueLayout.JAVA_BYTE), (int) Math.ceilDiv(bytes.byteSize(), (long) Long.BYTES) * Long.BYTES);
    return MemorySegment.ofArray(padded).toArray(ValueLayout.JAVA_LONG_UNALIGNED);
  }

  private static Text text(Launch.Shipped kernel) {
    return TEXTS.computeIfAbsent(kernel, ShippedSection::read);
  }

  private static Text read(Launch.Shipped kernel) {
    try (InputStream in = ShippedSection.class.getResourceAsStream(kernel.module() + ".ptx")) {
      String all = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      int head = all.indexOf(".entry " + kernel.name() + "(");
      int start = all.indexOf("\n{", head);
      Matcher residency = Pattern.compile("\\.minnctapersm (\\d+)").matcher(all.substring(head, start));
      List<String> lines = new ArrayList<>();
      String shared = "";
      int bytes = 0;
      for (String line : all.substring(start + 2, all.indexOf("\n}", start)).lines().toList()) {
        Matcher m = SHARED.matcher(line);
        if (m.matches() && bytes == 0) {
          shared = m.group(1);
          bytes = Integer.parseInt(m.group(2));
        } else if (!line.isEmpty() && !line.startsWith(".reg") && !line.startsWith(".pragma")) {
          if (line.startsWith(".")) {
            throw new IllegalStateException(kernel.name() + " has " + line);
          }
          lines.add(line);
        }
      }
      return new Text(lines, shared, bytes, residency.find() ? Integer.parseInt(residency.group(1)) : 2);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes the code once.
  ///
  /// @param grid the first of the arguments that say how many blocks there are in each dimension; -1 where there is but one
  private record Writer(Ptx ptx, Section.Place place, Launch.Shipped kernel, Text text, int grid, int threads, Optional<Launch.Finished> finished) {
    void write() {
      String end = ptx.label();
      if (place.threads() > threads) {
        ptx.jumpIf(ptx.test("setp.ge.u32", place.thread(), "" + threads), end);
      }
      // what nvcc's code calls by name, and what that is here
      Map<String, String> names = new LinkedHashMap<>();
      names.put(kernel.name() + "_param_0", place.address(ptx));
      names.put("%tid.x", place.thread());
      names.put("%ntid.x", "" + threads);
      names.put("bar.sync 0", "bar.sync " + place.barrier() + ", " + threads);
      if (text.sharedBytes > 0) {
        names.put(text.shared, place.shared());
      }
      if (grid < 0) {
        names.putAll(Map.of("%nctaid.x", place.blocks(), "%nctaid.y", "1", "%nctaid.z", "1", "%ctaid.x", place.block(), "%ctaid.y", "0", "%ctaid.z", "0"));
      } else {
        String columns = place.load32(ptx, grid);
        String rows = place.load32(ptx, grid, 1);
        String line = ptx.b32("div.u32", place.block(), columns);
        String z = ptx.b32("div.u32", line, rows);
        names.putAll(Map.of("%nctaid.x", columns, "%nctaid.y", rows, "%nctaid.z", place.load32(ptx, grid + 1), "%ctaid.x",
            ptx.b32("sub.u32", place.block(), ptx.b32("mul.lo.u32", line, columns)), "%ctaid.y", ptx.b32("sub.u32", line, ptx.b32("mul.lo.u32", z, rows)), "%ctaid.z", z));
      }
      PtxCopy copy = new PtxCopy(ptx);
      for (String line : text.lines) {
        String renamed = copy.renamed(line);
        // the copy's names are kept by renaming first: those of the place are not nvcc's
        for (Map.Entry<String, String> name : names.entrySet()) {
          renamed = renamed.replace(name.getKey(), name.getValue());
        }
        Matcher finish = FINISH.matcher(renamed);
        if (finish.matches()) {
          String value = finished.isEmpty() ? finish.group(2)
              : finished.get().finish().write(ptx, place, finished.get().first(), finish.group(2), finish.group(3), finish.group(4));
          ptx.add("mov.f32", finish.group(1), value);
        } else {
          copy.renamedLine(renamed);
        }
      }
      copy.end();
      ptx.place(end);
    }
  }
}
