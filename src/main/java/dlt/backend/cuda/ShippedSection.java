package dlt.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Kernels that ship as sections, so that they can share a launch with others: those whose blocks have [Section#THREADS] threads, share
/// no memory, and are right in any number.
final class ShippedSection {
  private static final List<String> MODULES = List.of("arg_max", "gather", "pool", "random_uniform", "softmax");
  private static final Map<Launch.Shipped, Optional<List<String>>> LINES = new ConcurrentHashMap<>();

  private ShippedSection() {}

  /// `launch` as a section, where that is possible.
  static Optional<Section> of(Launch launch) {
    if (!(launch.kernel() instanceof Launch.Shipped kernel) || !MODULES.contains(kernel.module())) {
      return Optional.empty();
    }
    return LINES.computeIfAbsent(kernel, ShippedSection::lines).map(lines ->
        new Section(Section.Code.of(0, (ptx, place) -> write(ptx, place, kernel.name(), lines)), arguments(launch.argument()), launch.grid().x()));
  }

  private static long[] arguments(MemorySegment bytes) {
    byte[] padded = Arrays.copyOf(bytes.toArray(ValueLayout.JAVA_BYTE), (int) Math.ceilDiv(bytes.byteSize(), (long) Long.BYTES) * Long.BYTES);
    return MemorySegment.ofArray(padded).toArray(ValueLayout.JAVA_LONG_UNALIGNED);
  }

  /// The instructions of a kernel, or nothing where it shares memory.
  private static Optional<List<String>> lines(Launch.Shipped kernel) {
    try (InputStream in = ShippedSection.class.getResourceAsStream(kernel.module() + ".ptx")) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      int start = text.indexOf("\n{", text.indexOf(".entry " + kernel.name() + "("));
      List<String> lines = text.substring(start + 2, text.indexOf("\n}", start)).lines()
          .filter(l -> !l.isEmpty() && !l.startsWith(".reg") && !l.startsWith(".pragma")).toList();
      return lines.stream().anyMatch(l -> l.startsWith(".")) ? Optional.empty() : Optional.of(lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Ptx ptx, Section.Place place, String name, List<String> lines) {
    PtxCopy copy = new PtxCopy(ptx);
    Pattern parameter = Pattern.compile("\\b" + name + "_param_0\\b");
    String arguments = place.address(ptx);
    for (String line : lines) {
      Matcher m = parameter.matcher(copy.renamed(line));
      // the copy's names are kept by renaming first: those of the place are not nvcc's
      String renamed = m.replaceAll(Matcher.quoteReplacement(arguments)).replace("%tid.x", place.thread()).replace("%nctaid.x", place.blocks())
          .replace("%ctaid.x", place.block()).replace("%ntid.x", "" + Section.THREADS);
      copy.renamedLine(renamed);
    }
    copy.end();
  }
}
