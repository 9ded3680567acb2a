package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `bin/dlt` of an installed archive, in folders with spaces, with a script in Java's place that tells how it was called.
class LauncherTest {
  private static final String JAVA = """
      #!/bin/sh
      for a in "$@"; do
        case $a in -XX:AOTCacheOutput=*) : >"${a#*=}" ;; esac
        echo "$a"
      done
      echo "LC_ALL=${LC_ALL:-}"
      """;

  @TempDir Path folder;
  private Path launcher;
  private Path cache;

  @BeforeEach
  void install() throws IOException {
    Path home = folder.resolve("my programs/dlt");
    launcher = Files.createDirectories(home.resolve("bin")).resolve("dlt");
    Files.copy(Path.of("bin/dlt"), launcher);
    Files.createFile(Files.createDirectories(home.resolve("lib")).resolve("dlt.jar"));
    Path java = Files.createDirectories(home.resolve("runtime/bin")).resolve("java");
    Files.writeString(java, JAVA);
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.createFile(home.resolve("runtime/release"));
    cache = folder.resolve("my caches");
  }

  /// What Java was called with, an argument a line, and its locale.
  private List<String> run(Map<String, String> variables, String... arguments) throws IOException, InterruptedException {
    ProcessBuilder b = new ProcessBuilder(Stream.concat(Stream.of("sh", launcher.toString()), Stream.of(arguments)).toList()).redirectErrorStream(true);
    Stream.of("LC_ALL", "LC_CTYPE", "LANG", "DLT_JAVA_HOME", "DLT_JAVA_OPTS", "DLT_NO_CACHE").forEach(b.environment()::remove);
    b.environment().put("XDG_CACHE_HOME", cache.toString());
    b.environment().putAll(variables);
    Process p = b.start();
    List<String> lines = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertThat(p.waitFor()).as("%s", lines).isZero();
    return lines;
  }

  @Test
  void argumentsReachJavaAsTheyAre() throws Exception {
    List<String> lines = run(Map.of("DLT_NO_CACHE", "1", "DLT_JAVA_OPTS", "-Xmx1g -Da=b"), "train", "my exp.yaml", "--set", "a='b c'", "");
    assertThat(lines).contains("-Xmx1g", "-Da=b", folder.resolve("my programs/dlt/lib/dlt.jar").toString()).doesNotContain("-XX:AOTCache");
    assertThat(lines.subList(lines.indexOf("dlt.cli.Main"), lines.size() - 1)).containsExactly("dlt.cli.Main", "train", "my exp.yaml", "--set", "a='b c'", "");
  }

  @Test
  void aCacheInAFolderWithSpacesIsMadeAndUsed() throws Exception {
    run(Map.of(), "devices");
    for (int i = 0; i < 500 && caches().isEmpty(); i++) {
      Thread.sleep(20); // it is made in the background
    }
    assertThat(caches()).hasSize(1);
    assertThat(run(Map.of(), "devices").getFirst()).isEqualTo("-XX:AOTCache=" + caches().getFirst());
  }

  private List<Path> caches() throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("dlt"))) {
      return files.filter(f -> f.toString().endsWith(".aot")).toList();
    }
  }

  @Test
  void withoutALocaleNamesAreUtf8() throws Exception {
    Map<String, String> none = Map.of("DLT_NO_CACHE", "1");
    assertThat(run(none, "devices").getLast()).isEqualTo("LC_ALL=C.UTF-8");
    assertThat(run(Map.of("DLT_NO_CACHE", "1", "LANG", "C"), "devices").getLast()).isEqualTo("LC_ALL=C.UTF-8");
    assertThat(run(Map.of("DLT_NO_CACHE", "1", "LC_ALL", "POSIX"), "devices").getLast()).isEqualTo("LC_ALL=C.UTF-8");
    assertThat(run(Map.of("DLT_NO_CACHE", "1", "LANG", "de_DE.ISO-8859-1"), "devices").getLast()).isEqualTo("LC_ALL=");
  }

  /// As one that ssh brought from elsewhere: Java would take ASCII alone.
  @Test
  void underALocaleInUtf8NamesAreUtf8ThoughItMayNotBeInstalled() throws Exception {
    for (String locale : List.of("de_DE.UTF-8", "tr_TR.utf8", "ca_ES.UTF-8@valencia")) {
      assertThat(run(Map.of("DLT_NO_CACHE", "1", "LANG", locale), "devices").getLast()).isEqualTo("LC_ALL=C.UTF-8");
      assertThat(run(Map.of("DLT_NO_CACHE", "1", "LANG", "C", "LC_ALL", locale), "devices").getLast()).isEqualTo("LC_ALL=C.UTF-8");
    }
  }

  /// With --json standard output is one document and nothing else.
  @Test
  void whatJavaItselfSaysGoesToStandardError() throws Exception {
    assertThat(run(Map.of("DLT_NO_CACHE", "1"), "devices")).contains("-XX:+DisplayVMOutputToStderr");
  }

  /// Java would open its own files there, read them as the input, and write into them.
  @Test
  void standardStreamsThatAreClosedAreNoFilesOfJavas() throws Exception {
    Path java = folder.resolve("my programs/dlt/runtime/bin/java");
    Files.writeString(java, """
        #!/bin/sh
        streams="$(readlink /proc/$$/fd/0) $(readlink /proc/$$/fd/1) $(readlink /proc/$$/fd/2)"
        (echo out) && written=yes || written=no
        echo "$streams $written" >'%s'
        """.formatted(folder.resolve("streams")));
    ProcessBuilder b = new ProcessBuilder("sh", "-c", "exec sh \"$0\" eval <&- >&- 2>&-", launcher.toString());
    b.environment().put("DLT_NO_CACHE", "1"); // the one that makes a cache would write to the same file
    assertThat(b.start().waitFor()).isZero();
    assertThat(folder.resolve("streams")).hasContent("/dev/null /dev/null /dev/null no\n");
  }

  /// What the shell `script` says, with `$0` the launcher, and its exit code.
  private String shell(String script) throws IOException, InterruptedException {
    ProcessBuilder b = new ProcessBuilder("sh", "-c", script, launcher.toString()).directory(folder.toFile()).redirectErrorStream(true);
    b.environment().put("DLT_NO_CACHE", "1");
    Process p = b.start();
    String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return said + p.waitFor();
  }

  @Test
  void aFolderThatIsGoneIsSaidInPlaceOfManyLinesOfJavas() throws Exception {
    assertThat(shell("mkdir gone; cd gone; rmdir ../gone; exec sh \"$0\" devices")).endsWith("is no longer there; cd to one that is\n2");
  }

  @Test
  void ofLimitedAddressSpaceJavaReservesAPart() throws Exception {
    assertThat(shell("ulimit -v 4000000; exec sh \"$0\" devices")).contains("-Xmx1000000k\n", "-XX:CompressedClassSpaceSize=64m\n");
    assertThat(shell("exec sh \"$0\" devices")).doesNotContain("-Xmx");
  }

  @Test
  void aFileBeyondTheLimitOfItsSizeIsAFailureAndNoSignal() throws Exception {
    Files.writeString(folder.resolve("my programs/dlt/runtime/bin/java"), "#!/bin/sh\nkill -XFSZ $$\necho alive\n");
    assertThat(shell("exec sh \"$0\" devices")).isEqualTo("alive\n0");
  }
}
