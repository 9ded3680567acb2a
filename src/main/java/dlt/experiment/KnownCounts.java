package dlt.experiment;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// The counts that an experiment's losses asked for, by the number of the target: what a saved model keeps of them, so that its loss is
/// the one that it was trained with.
public record KnownCounts(Map<Integer, List<Long>> classes, Map<Integer, List<Double>> answers) implements TargetCounts {
  /// Loaded where a loss has asked: it takes longer than the first step of a small net.
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  public KnownCounts {
    Objects.requireNonNull(classes);
    Objects.requireNonNull(answers);
  }

  /// None yet: [#of] adds what is asked for.
  KnownCounts() {
    this(new TreeMap<>(), new TreeMap<>());
  }

  /// The counts as [#json] wrote them. Throws IllegalArgumentException where `json` is something else.
  public static KnownCounts parse(String json) {
    try {
      return Json.MAPPER.readValue(json, KnownCounts.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /// Whether no loss asked.
  @JsonIgnore
  public boolean isEmpty() {
    return classes.isEmpty() && answers.isEmpty();
  }

  /// In one line.
  public String json() {
    try {
      return Json.MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What `counts` says, kept here.
  TargetCounts of(TargetCounts counts) {
    return new TargetCounts() {
      @Override
      public List<Long> classes(int target, int number) {
        List<Long> r = counts.classes(target, number);
        classes.put(target, r);
        return r;
      }

      @Override
      public List<Double> answers(int target, int columns) {
        List<Double> r = counts.answers(target, columns);
        answers.put(target, r);
        return r;
      }
    };
  }

  @Override
  public List<Long> classes(int target, int number) {
    List<Long> r = classes.get(target);
    return r == null || r.size() != number ? EVEN.classes(target, number) : r;
  }

  @Override
  public List<Double> answers(int target, int columns) {
    List<Double> r = answers.get(target);
    return r == null || r.size() != columns ? EVEN.answers(target, columns) : r;
  }
}
