package dlt.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.error.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;

/// What `metrics.jsonl` tells of a training: its logged steps and its epochs. What was not finite is NaN.
public record History(List<Step> steps, List<Epoch> epochs) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// A logged step: the batch's loss before the update.
  public record Step(int epoch, long step, double loss, double lr) {}

  /// An epoch: the figures of the parts by name (`validation` is empty where there is no such part), and whether it was
  /// the best so far.
  public record Epoch(int epoch, SequencedMap<String, Double> train, SequencedMap<String, Double> validation, double seconds, boolean best) {}

  public History {
    steps = List.copyOf(steps);
    epochs = List.copyOf(epochs);
  }

  /// The history of `run`; empty where nothing was logged yet. A last line that was cut short is left out. Throws a
  /// [Failure] of kind DATA where another line is damaged.
  public static History read(RunDirectory run) {
    return read(run, 0);
  }

  /// What was logged after the first `skip` bytes, which end with a line.
  public static History read(RunDirectory run, long skip) {
    List<Step> steps = new ArrayList<>();
    List<Epoch> epochs = new ArrayList<>();
    if (!Files.exists(run.metrics())) {
      return new History(steps, epochs);
    }
    try {
      List<String> lines = lines(run, skip);
      for (int i = 0; i < lines.size(); i++) {
        JsonNode o;
        try {
          o = JSON.readTree(lines.get(i));
        } catch (JsonProcessingException e) {
          if (i == lines.size() - 1) {
            break;
          }
          throw new Failure(Failure.Kind.DATA, run.metrics() + ":" + (i + 1) + ": is no JSON object; the file is damaged", e);
        }
        switch (o.path("kind").asText()) {
          case "step" -> steps.add(new Step(o.path("epoch").asInt(), o.path("step").asLong(), number(o.path("loss")), number(o.path("lr"))));
          case "epoch" -> epochs.add(new Epoch(o.path("epoch").asInt(), numbers(o.path("train")), numbers(o.path("validation")),
              number(o.path("seconds")), o.path("best").asBoolean()));
          default -> {} // written by a later version
        }
      }
    } catch (IOException e) {
      throw new Failure(Failure.Kind.DATA, run.metrics() + ": could not be read: " + Failure.reason(e), e);
    }
    return new History(steps, epochs);
  }

  private static List<String> lines(RunDirectory run, long skip) throws IOException {
    try (InputStream in = Files.newInputStream(run.metrics())) {
      in.skipNBytes(skip);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /// The last epoch that was the best so far; none before the first epoch ended.
  public OptionalInt bestEpoch() {
    return epochs.stream().filter(Epoch::best).mapToInt(Epoch::epoch).reduce((_, b) -> b);
  }

  /// The time spent in epochs.
  public double seconds() {
    return seconds(Integer.MAX_VALUE);
  }

  /// The time spent in epochs up to epoch `last`.
  public double seconds(int last) {
    return epochs.stream().filter(e -> e.epoch() <= last).mapToDouble(Epoch::seconds).filter(Double::isFinite).sum();
  }

  private static double number(JsonNode n) {
    return n.isNumber() ? n.asDouble() : Double.NaN;
  }

  private static SequencedMap<String, Double> numbers(JsonNode o) {
    SequencedMap<String, Double> r = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : o.properties()) {
      r.put(e.getKey(), number(e.getValue()));
    }
    return r;
  }
}
