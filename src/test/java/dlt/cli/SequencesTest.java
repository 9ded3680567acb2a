package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Safetensors;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Labels in their order, at steps that the data do not tell: connectionist temporal classification.
class SequencesTest {
  private static final int SAMPLES = 200, STEPS = 12, LABELS = 3;
  private static final Philox RANDOM = new Philox(5, Philox.Purpose.SYNTHETIC.stream(0), 0);

  @TempDir Path folder;
  private final HostTensor frames = HostTensor.allocate(TensorType.float32(SAMPLES, STEPS, 4));
  private final HostTensor labels = HostTensor.allocate(TensorType.int64(SAMPLES, LABELS));

  /// Each of up to three labels is a bright channel for two or three steps, with a dark step before the next one.
  @BeforeEach
  void write() throws IOException {
    for (int s = 0; s < SAMPLES; s++) {
      int step = (int) (RANDOM.uniform(100L * s) * 2);
      int count = (int) (RANDOM.uniform(100L * s + 1) * (LABELS + 1));
      for (int i = 0; i < count; i++) {
        int label = 1 + (int) (RANDOM.uniform(100L * s + 10 + i) * 3);
        int length = 2 + (int) (RANDOM.uniform(100L * s + 20 + i) * 2);
        labels.setLong((long) s * LABELS + i, label);
        for (int t = 0; t < length && step < STEPS; t++, step++) {
          frames.set(((long) s * STEPS + step) * 4 + label, 1);
        }
        step++;
      }
    }
    for (long i = 0; i < frames.size(); i++) {
      frames.set(i, frames.at(i) + 0.1 * RANDOM.normal(i + (1L << 30)));
    }
    save();
    Files.writeString(folder.resolve("exp.yaml"), """
        name: sequences
        seed: 1
        data:
          train: {safetensors: {path: data.safetensors, inputs: frames, targets: labels}}
          split: {validation: 0.25}
        model: {layers: [{linear: 16}, relu, {linear: 4}, {log_softmax: 2}]}
        loss: {ctc: 3}
        optimizer: {adam: {lr: 2e-2}}
        training: {batch_size: 25, epochs: 25}
        """);
  }

  private void save() throws IOException {
    Safetensors.write(folder.resolve("data.safetensors"), new LinkedHashMap<>(Map.of("frames", frames, "labels", labels)), Map.of());
  }

  private CommandsTest.Result train(String... sets) {
    String[] arguments = new String[5 + 2 * sets.length];
    System.arraycopy(new String[] {"train", folder.resolve("exp.yaml").toString(), "--out", folder.resolve("run").toString(), "--json"}, 0, arguments, 0, 5);
    for (int i = 0; i < sets.length; i++) {
      arguments[5 + 2 * i] = "--set";
      arguments[6 + 2 * i] = sets[i];
    }
    return CommandsTest.dlt(arguments);
  }

  @Test
  void labelsAreLearnedWithoutTheirStepsAndPredictedInTheirOrder() throws IOException {
    CommandsTest.Result r = train();
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode validation = r.json().get("best").get("validation");
    assertThat(validation.get("label_error_rate").asDouble()).isLessThan(0.05);
    assertThat(validation.get("sequence_accuracy").asDouble()).isGreaterThan(0.9);
    assertThat(folder.resolve("run/report.html")).content().contains("label_error_rate");

    CommandsTest.Result table = CommandsTest.dlt("predict", folder.resolve("run").toString(), "--input", folder.resolve("data.safetensors").toString());
    assertThat(table.code()).as(table.err()).isZero();
    assertThat(table.out().lines().findFirst()).contains("prediction");
    CommandsTest.Result lines = CommandsTest.dlt("predict", folder.resolve("run").toString(), "--input", folder.resolve("data.safetensors").toString(), "--json");
    assertThat(lines.code()).as(lines.err()).isZero();
    int right = 0;
    int sample = 0;
    for (String cell : table.out().lines().skip(1).toList()) {
      StringBuilder wanted = new StringBuilder();
      for (int i = 0; i < LABELS && labels.longAt((long) sample * LABELS + i) > 0; i++) {
        wanted.append(i > 0 ? " " : "").append(labels.longAt((long) sample * LABELS + i));
      }
      right += cell.replace("\"", "").contentEquals(wanted) ? 1 : 0;
      sample++;
    }
    assertThat(sample).isEqualTo(SAMPLES);
    assertThat(right).isGreaterThan(SAMPLES * 9 / 10);
    assertThat(lines.out().lines()).hasSize(SAMPLES).first().asString().startsWith("{\"prediction\":[");
  }

  /// Labels 0 to 2, and 3 behind the last one.
  @Test
  void theBlankMayBeTheLastClass() throws IOException {
    for (long i = 0; i < labels.size(); i++) {
      labels.setLong(i, labels.longAt(i) == 0 ? 3 : labels.longAt(i) - 1);
    }
    save();
    CommandsTest.Result r = train("loss={ctc: {target_length: 3, blank: 3}}");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.json().get("best").get("validation").get("sequence_accuracy").asDouble()).isGreaterThan(0.9);
    List<String> predicted = CommandsTest.dlt("predict", folder.resolve("run").toString(), "--input", folder.resolve("data.safetensors").toString()).out().lines().toList();
    assertThat(predicted).hasSize(SAMPLES + 1).noneMatch(line -> line.contains("3")).anyMatch(line -> line.contains("0"));
  }

  @Test
  void whatDoesNotFitIsNamed() throws IOException {
    CommandsTest.Result r = train("metrics=[accuracy]");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("accuracy measures").contains("for sequence there are label_error_rate, sequence_accuracy");
    r = train("data.augment=[mixup]");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("mixup beside ctc, whose targets are labels in their order");
    r = train("loss.ctc.target_length=5");
    assertThat(r.code()).isNotZero();
    assertThat(r.err()).contains("[ctc]");
    labels.setLong(3, 9);
    save();
    r = train();
    assertThat(r.code()).isEqualTo(3);
    assertThat(r.err()).contains("holds label 9").contains("labels 1 to 3 and the blank, 0");
  }
}
