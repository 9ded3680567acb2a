package dlt.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dlt.backend.Backend;
import dlt.backend.reference.ReferenceBackend;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Trainings;
import dlt.run.History;
import dlt.run.RunDirectory;
import dlt.train.Silent;
import dlt.train.TrainingRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/// What is written is read back with TensorBoard's own messages.
class TensorBoardTest {
  private static final String EXPERIMENT = """
      name: board
      seed: 3
      data:
        train: {synthetic: {samples: 100, shape: [4], classes: 3}}
        split: {validation: 0.2}
      model: {layers: [{linear: 3}]}
      loss: cross_entropy
      optimizer: {adam: {lr: 1e-2}}
      schedule: [{cosine: {epochs: 4}}]
      training: {batch_size: 8, epochs: 4, log_every: 2}
      metrics: [accuracy]
      """;

  @TempDir Path folder;

  /// Counts steps.
  private static final class Steps extends Silent {
    int count;

    @Override
    public void step(int epoch, int epochs, int batch, int batches, int samples, double loss) {
      count++;
    }
  }

  private RunDirectory train(boolean resume, Steps steps, BooleanSupplier stop, String... overrides) throws IOException {
    Path file = Files.writeString(folder.resolve("board.yaml"), EXPERIMENT);
    RunDirectory run = new RunDirectory(folder.resolve("run"));
    try (Backend backend = new ReferenceBackend(); TensorBoard board = new TensorBoard(steps)) {
      new TrainingRun(Trainings.open(ExperimentFile.read(file, List.of(overrides))), backend, run, board).train(resume, "test", stop);
    }
    return run;
  }

  /// The events of the only event file of `run`, with both checksums of every frame checked.
  private static List<Event> events(RunDirectory run) throws IOException {
    List<Path> files;
    try (var all = Files.list(run.tensorboard())) {
      files = all.toList();
    }
    assertThat(files).hasSize(1);
    return read(files.getFirst());
  }

  private static List<Event> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[Long.BYTES];
      in.get(length);
      assertThat(in.getInt()).isEqualTo(masked(length));
      byte[] message = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(message);
      assertThat(in.getInt()).isEqualTo(masked(message));
      events.add(parsed(message));
    }
    return events;
  }

  private static Event parsed(byte[] message) throws InvalidProtocolBufferException {
    Event e = Event.parseFrom(message);
    assertThat(e.getUnknownFields().asMap()).isEmpty();
    return e;
  }

  private static int masked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int c = (int) crc.getValue();
    return (c >>> 15 | c << 17) + 0xa282ead8;
  }

  /// Steps and values by tag; no step of a tag comes twice, and times never go back.
  private static Map<String, Map<Long, Float>> scalars(List<Event> events) {
    assertThat(events.getFirst().getFileVersion()).isEqualTo("brain.Event:2");
    assertThat(events.get(1).getSessionLog().getStatus()).isEqualTo(SessionLog.SessionStatus.START);
    Map<String, Map<Long, Float>> r = new LinkedHashMap<>();
    double time = 0;
    for (Event e : events.subList(2, events.size())) {
      assertThat(e.getSummary().getValueCount()).isEqualTo(1);
      Summary.Value v = e.getSummary().getValue(0);
      assertThat(v.getMetadata().getPluginData().getPluginName()).isEqualTo("scalars");
      assertThat(r.computeIfAbsent(v.getTag(), _ -> new LinkedHashMap<>()).put(e.getStep(), v.getSimpleValue())).as(v.getTag()).isNull();
      assertThat(e.getWallTime()).isGreaterThanOrEqualTo(time);
      time = e.getWallTime();
    }
    return r;
  }

  private static void agrees(Map<String, Map<Long, Float>> scalars, RunDirectory run) {
    History history = History.read(run);
    assertThat(scalars).containsOnlyKeys("step/loss", "step/learning_rate", "loss/train", "loss/validation", "accuracy/validation", "epoch/seconds");
    assertThat(scalars.get("step/loss")).hasSize(history.steps().size());
    assertThat(scalars.get("loss/train")).hasSize(history.epochs().size());
    history.steps().forEach(s -> assertThat(scalars.get("step/learning_rate").get(s.step())).isEqualTo((float) s.lr()));
    history.steps().forEach(s -> assertThat(scalars.get("step/loss").get(s.step())).isEqualTo((float) s.loss()));
    history.epochs().forEach(e -> e.validation().forEach(
        (name, value) -> assertThat(scalars.get(name + "/validation").get((long) e.epoch())).isEqualTo(value.floatValue())));
  }

  @Test
  void eventsSayWhatTheMetricsSay() throws IOException {
    RunDirectory run = train(false, new Steps(), () -> false);
    agrees(scalars(events(run)), run);
  }

  @Test
  void aResumedRunHasEveryStepOnce() throws IOException {
    Steps steps = new Steps();
    RunDirectory run = train(false, steps, () -> steps.count == 25);
    Files.move(run.events(Instant.EPOCH).resolveSibling(only(run)), run.events(Instant.EPOCH)); // a name of another second
    train(true, new Steps(), () -> false);
    agrees(scalars(events(run)), run);
    train(true, new Steps(), () -> false);
    agrees(scalars(events(run)), run);
  }

  private static String only(RunDirectory run) throws IOException {
    try (var all = Files.list(run.tensorboard())) {
      return all.toList().getFirst().getFileName().toString();
    }
  }

  @Test
  void eventsCanBeReadWhileTheTrainingGoesOn() throws IOException {
    List<Integer> seen = new ArrayList<>();
    Steps steps = new Steps();
    RunDirectory run = new RunDirectory(folder.resolve("run"));
    train(false, steps, () -> {
      try {
        seen.add(events(run).size());
        return false;
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    });
    assertThat(seen.getFirst()).isEqualTo(2);
    assertThat(seen.getLast()).isGreaterThan(seen.get(15));
  }

  @Test
  void timesGoOnWhereEpochsTookLongerThanTheClockSays() throws IOException {
    RunDirectory run = new RunDirectory(folder.resolve("run"));
    Files.createDirectories(run.metrics().getParent());
    try (TensorBoard board = new TensorBoard(new Silent())) {
      for (int epoch = 1; epoch <= 2; epoch++) {
        Files.writeString(run.metrics(), """
            {"kind":"step","epoch":EPOCH,"step":EPOCH,"loss":1,"lr":1}
            {"kind":"epoch","epoch":EPOCH,"train":{"loss":1},"validation":{},"seconds":5}
            """.replace("EPOCH", "" + epoch), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        board.logged(run);
      }
    }
    assertThat(scalars(events(run)).get("loss/train")).hasSize(2);
  }

  @Test
  void everyFoldHasEventsOfItsOwn() throws IOException {
    RunDirectory run = train(false, new Steps(), () -> false, "data.split={folds: 2}");
    agrees(scalars(events(run.fold(0))), run.fold(0));
    agrees(scalars(events(run.fold(1))), run.fold(1));
    assertThat(scalars(events(run))).containsKeys("loss/train").doesNotContainKey("loss/validation");
  }

  @Test
  void valuesThatAreNotFiniteStayVisible() throws IOException {
    Path file = folder.resolve("x.tfevents.1");
    try (EventFile events = EventFile.begin(file, Instant.ofEpochSecond(5))) {
      events.scalar("loss", 1L << 40, Double.NaN, 6.5);
    }
    List<Event> read = read(file);
    assertThat(read.getFirst().getWallTime()).isEqualTo(5);
    assertThat(read.getLast().getStep()).isEqualTo(1L << 40);
    assertThat(read.getLast().getWallTime()).isEqualTo(6.5);
    assertThat(read.getLast().getSummary().getValue(0).getSimpleValue()).isNaN();
  }
}
