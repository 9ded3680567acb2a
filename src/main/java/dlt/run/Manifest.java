package dlt.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What made a run: versions, device, seed, the folder that the experiment's paths count from, the SHA-256 of the data (by
/// part) and of every artefact (by its place in the run's folder). `finished` and `ended` (`epochs`, `early_stopping`, `budget`)
/// are null until the run has ended.
public record Manifest(
    String dlt, String java, String device, long seed, Path base, String experiment, String started, String finished, String ended,
    SequencedMap<String, String> data, SequencedMap<String, String> artefacts, SequencedMap<String, Double> results) {
  /// The result that says by how much ONNX Runtime's outputs differ from the engine's at most.
  public static final String ONNX_DIFFERENCE = "onnx.max_abs_difference";

  private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /// Writes it to the run's folder, with the hashes of the artefacts that are there.
  public void write(RunDirectory run) {
    ObjectNode o = JSON.createObjectNode()
        .put("dlt", dlt)
        .put("java", java)
        .put("device", device)
        .put("seed", seed)
        .put("base", base.toString())
        .put("experiment", experiment)
        .put("started", started)
        .put("finished", finished)
        .put("ended", ended);
    data.forEach(o.putObject("data")::put);
    artefacts.forEach(o.putObject("artefacts")::put);
    ObjectNode r = o.putObject("results");
    results.forEach((k, v) -> MetricsLog.put(r, k, v));
    AtomicFile.write(run.manifest(), out -> out.write(JSON.writeValueAsBytes(o)));
  }

  /// The hashes of the files of `run` that exist, by their names there.
  public static SequencedMap<String, String> hashes(RunDirectory run) {
    SequencedMap<String, String> r = new LinkedHashMap<>();
    for (Path file : List.of(run.config(), run.best(), run.last(), run.outOfFold(), run.onnx())) {
      if (Files.exists(file)) {
        r.put(run.path().relativize(file).toString(), sha256(file));
      }
    }
    return r;
  }

  /// The SHA-256 of a file in hexadecimal.
  public static String sha256(Path file) {
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, file + ": could not be read: " + Failure.reason(e), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The manifest of `run`. Throws a [Failure] of kind USAGE where there is none.
  public static Manifest read(RunDirectory run) {
    try {
      JsonNode o = JSON.readTree(Files.readAllBytes(run.manifest()));
      if (!o.path("base").isTextual()) {
        throw new IOException("found no `base`, expected what a run writes");
      }
      SequencedMap<String, Double> results = new LinkedHashMap<>();
      o.path("results").properties().forEach(e -> results.put(e.getKey(), e.getValue().isNull() ? Double.NaN : e.getValue().asDouble()));
      return new Manifest(o.path("dlt").asText(), o.path("java").asText(), o.path("device").asText(), o.path("seed").asLong(),
          Path.of(o.path("base").asText()), o.path("experiment").asText(), o.path("started").asText(), o.path("finished").asText(null), o.path("ended").asText(null),
          texts(o.path("data")), texts(o.path("artefacts")), results);
    } catch (IOException e) {
      throw new Failure(Failure.Kind.USAGE, run.manifest() + ": could not be read: " + Failure.reason(e) + "; is this the folder of a run?", e);
    }
  }

  private static SequencedMap<String, String> texts(JsonNode o) {
    SequencedMap<String, String> r = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : o.properties()) {
      r.put(e.getKey(), e.getValue().asText());
    }
    return r;
  }
}
