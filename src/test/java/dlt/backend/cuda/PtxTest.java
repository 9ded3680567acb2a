package dlt.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The PTX that ships is that of the committed sources, and each GPU that dlt is made for can run it. What the compilers said is kept
/// below target by the hash of what they were given.
class PtxTest {
  private static final Path SOURCES = Path.of("src/main/cuda");
  private static final Path PTX = Path.of("src/main/resources/dlt/backend/cuda");
  private static final Path KEPT = Path.of("target/ptx");
  private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"(.*)\"");
  private static final Pattern USE = Pattern.compile(
      "Compiling entry function '(\\w+)'[^\\n]*\\n[^\\n]*\\n\\s*(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads\\n[^\\n]*Used (\\d+) registers([^\\n]*)");

  static List<String> modules() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".cu")).map(f -> f.substring(0, f.length() - 3)).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void thePtxIsOfTheSources(String module) throws IOException {
    Set<String> files = new TreeSet<>();
    include(module + ".cu", files);
    StringBuilder text = new StringBuilder();
    for (String file : files) {
      text.append(read(SOURCES.resolve(file)));
    }
    assertThat(ptx(module).lines().findFirst().orElse("")).as("%s.ptx is stale: run src/main/cuda/ptx.sh", module)
        .endsWith(", sources " + sha256(text.toString()));
  }

  private static void include(String file, Set<String> files) {
    if (files.add(file)) {
      Matcher m = INCLUDE.matcher(read(SOURCES.resolve(file)));
      while (m.find()) {
        include(m.group(1), files);
      }
    }
  }

  @Test
  void nvccMakesTheSameKernelsAgain(@TempDir Path folder) throws Exception {
    assumeThat(present("nvcc")).isTrue();
    StringBuilder heads = new StringBuilder();
    for (String module : modules()) {
      heads.append(ptx(module).lines().findFirst().orElse(""));
    }
    kept("recompiled-" + sha256(heads.toString()), List.of("sh", SOURCES.resolve("ptx.sh").toString(), folder.toString()));
    for (String module : modules()) {
      if (Files.exists(folder.resolve(module + ".ptx"))) {
        assertThat(entries(read(folder.resolve(module + ".ptx")))).as(module).isEqualTo(entries(ptx(module)));
      }
    }
  }

  /// Names and parameters.
  private static List<String> entries(String ptx) {
    return Pattern.compile("\\.entry (\\w+)\\([^)]*\\)").matcher(ptx).results().map(r -> r.group()).sorted().toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_86", "sm_90"})
  void nothingSpillsAndEveryBlockFits(String architecture, @TempDir Path folder) throws Exception {
    assumeThat(present("ptxas")).isTrue();
    for (String module : modules()) {
      String ptx = ptx(module);
      String said = kept(module + "-" + architecture + "-" + sha256(ptx), List.of("ptxas", "-v", "-arch=" + architecture, "-o",
          folder.resolve(module).toString(), PTX.resolve(module + ".ptx").toString()));
      Set<String> seen = new TreeSet<>();
      Matcher use = USE.matcher(said);
      while (use.find()) {
        String name = use.group(1);
        seen.add(name);
        assertThat(List.of(use.group(3), use.group(4))).as("spills of %s on %s", name, architecture).containsOnly("0");
        Matcher shared = Pattern.compile("(\\d+) bytes smem").matcher(use.group(6));
        assertThat(shared.find() ? Integer.parseInt(shared.group(1)) : 0).as("shared memory of %s", name).isLessThanOrEqualTo(48 << 10);
        Matcher threads = Pattern.compile("\\.entry " + name + "\\([^)]*\\)\\s*\\.maxntid (\\d+)").matcher(ptx);
        assertThat(threads.find()).as("%s states its threads", name).isTrue();
        int registers = (Integer.parseInt(use.group(5)) + 7) / 8 * 8;
        assertThat(registers * Integer.parseInt(threads.group(1))).as("registers of a block of %s", name).isLessThanOrEqualTo(65536);
      }
      assertThat(seen).as(said).isEqualTo(entries(ptx).stream().map(e -> e.substring(".entry ".length(), e.indexOf('('))).collect(Collectors.toSet()));
    }
  }

  private static String ptx(String module) {
    return read(PTX.resolve(module + ".ptx"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean present(String tool) throws InterruptedException {
    try {
      return new ProcessBuilder(tool, "--version").redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
    } catch (IOException _) {
      return false;
    }
  }

  /// What `command` says, now or when it was run for `key`.
  private static String kept(String key, List<String> command) throws Exception {
    Path file = KEPT.resolve(key + ".txt");
    if (!Files.exists(file)) {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      Files.createDirectories(KEPT);
      Files.writeString(file, said);
    }
    return read(file);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
