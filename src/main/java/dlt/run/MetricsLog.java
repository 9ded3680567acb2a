package dlt.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Appends to `metrics.jsonl`, one JSON object a line. A run that is resumed keeps the lines up to its checkpoint.
public final class MetricsLog implements AutoCloseable {
  /// Made when a line is written: it takes longer than all else that a number needs.
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  private final Path file;
  private final BufferedWriter out;
  private long lines;

  private MetricsLog(Path file, BufferedWriter out, long lines) {
    this.file = file;
    this.out = out;
    this.lines = lines;
  }

  /// Opens the log with its first `keep` lines; the others, and a last line cut short by a crash, are dropped.
  public static MetricsLog open(Path file, long keep) {
    long kept = 0; // fewer where the machine went down before they reached the disk
    try {
      if (keep == 0 || !Files.exists(file)) {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, new byte[0]);
      } else {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        int end = 0;
        for (; kept < keep && text.indexOf('\n', end) >= 0; kept++) {
          end = text.indexOf('\n', end) + 1;
        }
        AtomicFile.write(file, text.substring(0, end));
      }
      return new MetricsLog(file, Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND), kept);
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// A new object for [#append].
  public ObjectNode line() {
    return JsonNodeFactory.instance.objectNode();
  }

  /// Appends one line; it reaches the file with the next [#flush].
  public void append(ObjectNode line) {
    try {
      out.write(Json.MAPPER.writeValueAsString(line));
      out.newLine();
      lines++;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// The lines so far.
  public long lines() {
    return lines;
  }

  /// `value` as a JSON number, null where it is not finite.
  public static void put(ObjectNode line, String key, double value) {
    if (Double.isFinite(value)) {
      line.put(key, value);
    } else {
      line.putNull(key);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }
}
