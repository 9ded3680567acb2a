package dlt.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.cpu.CpuBackend;
import dlt.config.ConfigException;
import dlt.error.Failure;
import dlt.run.RunDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whole sweeps on iris.
class SweepRunTest {
  private static final String PARAMETERS = """
        parameters:
          optimizer: {choice: [{adam: {lr: 0.01}}, {sgd: {lr: 0.1}}]}
          optimizer.adam.lr: {log: {between: [1e-3, 1e-1], when: {optimizer: adam}}}
          training.batch_size: {choice: [16, 32]}
      """;

  @TempDir Path folder;

  private SweepFile file(String method) throws IOException {
    String text = Files.readString(Path.of("experiments/iris.yaml")).replace("data/iris.csv", Path.of("experiments/data/iris.csv").toAbsolutePath().toString());
    Path file = Files.writeString(folder.resolve("iris.yaml"), text + "sweep:\n" + method.indent(2) + PARAMETERS.indent(0));
    return SweepFile.read(file, List.of("training.epochs=6"));
  }

  private static SweepRun run(SweepFile file, Path to, BooleanSupplier stop) {
    return new SweepRun(file, to, _ -> CpuBackend.open(1, false), "test", stop, (_, _) -> {});
  }

  private String leaderboard(String name) throws IOException {
    return Files.readString(folder.resolve(name).resolve("leaderboard.json"));
  }

  @Test
  void aSweepThatIsStoppedAndResumedEndsAsOneThatIsNot() throws IOException {
    for (String method : List.of("method: {random: 6}\nhalving: {epochs: 2, factor: 2}\nparallel: 2", "method: {tpe: {trials: 5, random: 3}}", "method: grid")) {
      SweepFile file = file(method.equals("method: grid") ? method + "\nhalving: {epochs: 2, factor: 4}" : method);
      String name = Integer.toHexString(method.hashCode());
      assertThat(run(file, folder.resolve(name), () -> false).train(false).best()).isPresent();
      AtomicInteger steps = new AtomicInteger();
      SweepRun.Result stopped = run(file, folder.resolve(name + "b"), () -> steps.incrementAndGet() > 40).train(false);
      assertThat(stopped.stopped()).isTrue();
      assertThat(stopped.best()).isEmpty();
      steps.set(0);
      run(file, folder.resolve(name + "b"), () -> steps.incrementAndGet() > 40).train(true);
      SweepRun.Result resumed = run(file, folder.resolve(name + "b"), () -> false).train(true);
      assertThat(leaderboard(name + "b")).as(method).isEqualTo(leaderboard(name));
      assertThat(resumed.best().orElseThrow().onnx()).exists().hasSameBinaryContentAs(folder.resolve(name).resolve("best/model.onnx"));
    }
  }

  @Test
  void trialsAtTheSameTimeGiveWhatTrialsOneByOneGive() throws IOException {
    run(file("method: {random: 4}"), folder.resolve("one"), () -> false).train(false);
    run(file("method: {random: 4}\nparallel: 3"), folder.resolve("three"), () -> false).train(false);
    assertThat(leaderboard("three")).isEqualTo(leaderboard("one"));
  }

  @Test
  void somebodyElsesFilesAreNotWrittenOver() throws IOException {
    Path mine = folder.resolve("mine/best/model.onnx");
    Files.createDirectories(mine.getParent());
    Files.writeString(mine, "mine");
    SweepFile file = file("method: grid");
    assertThatThrownBy(() -> run(file, folder.resolve("mine"), () -> false).train(false)).isInstanceOf(Failure.class).hasMessageContaining("best is there already");
    assertThat(mine).hasContent("mine");
    assertThat(folder.resolve("mine/sweep.yaml")).doesNotExist();
  }

  @Test
  void aTrialThatDivergesComesLast() throws IOException {
    SweepFile file = file("method: grid");
    SweepRun.Result r = run(SweepFile.read(file.file(), List.of("training.epochs=3", "sweep={method: grid, parameters: {optimizer.adam.lr: {choice: [0.01, 1e30]}}}")),
        folder.resolve("diverging"), () -> false).train(false);
    assertThat(r.leaderboard().sorted().getLast().score()).isNaN();
    assertThat(r.best()).isPresent();
  }

  @Test
  void anotherSweepInTheFolderIsRefused() throws IOException {
    Path to = folder.resolve("same");
    run(file("method: {random: 1}"), to, () -> false).train(false);
    assertThatThrownBy(() -> run(file("method: {random: 1}"), to, () -> false).train(false)).isInstanceOf(Failure.class).hasMessageContaining("--resume");
    assertThatThrownBy(() -> run(file("method: {random: 2}"), to, () -> false).train(true)).isInstanceOf(Failure.class).hasMessageContaining("another sweep");
  }

  @Test
  void aSweepIsOneProcesssAtATimeAndItsBestRunHasNoLock() throws IOException {
    Path to = folder.resolve("locked");
    try (Closeable _ = new RunDirectory(to).lock()) {
      assertThatThrownBy(() -> run(file("method: {random: 1}"), to, () -> false).train(true)).isInstanceOf(Failure.class)
          .hasMessageContaining("another process is training here");
      assertThat(to.resolve("sweep.yaml")).doesNotExist();
    }
    run(file("method: {random: 1}"), to, () -> false).train(true);
    assertThat(to.resolve("best/config.yaml")).exists();
    assertThat(to.resolve("best/.lock")).doesNotExist();
  }

  /// One that is killed after an epoch has taken its time all the same.
  @Test
  @Timeout(120)
  void theTimeThatAttemptsTakeIsKeptBeforeATrialEnds() throws IOException {
    Path to = folder.resolve("timed");
    SweepFile file = SweepFile.read(file("method: {random: 1}").file(), List.of("training.epochs=100000000",
        "sweep={method: {random: 1}, minutes: 60, parameters: {training.batch_size: {choice: [16, 32]}}}"));
    assertThat(file.sweep().trials()).isEqualTo(1);
    assertThat(run(file, to, () -> Files.exists(to.resolve("time.json"))).train(false).stopped()).isTrue();
    assertThat(to.resolve("time.json")).content().startsWith("{\"seconds\":");
  }

  @Test
  @Timeout(120)
  void aTrialThatFailsStopsThoseBesideIt() throws IOException {
    SweepFile file = SweepFile.read(file("method: grid\nparallel: 2").file(), List.of("training.epochs=100000000",
        "sweep={method: grid, parallel: 2, parameters: {training.batch_size: {choice: [16, 32]}}}"));
    CountDownLatch training = new CountDownLatch(1);
    SweepRun sweep = new SweepRun(file, folder.resolve("failing"), e -> {
      if (e.training().batchSize().samples() == 32) {
        try {
          training.await();
        } catch (InterruptedException i) {
          throw new IllegalStateException(i);
        }
        throw new Failure(Failure.Kind.DEVICE, "the device is gone");
      }
      training.countDown();
      return CpuBackend.open(1, false);
    }, "test", () -> false, (_, _) -> {});
    assertThatThrownBy(() -> sweep.train(false)).isInstanceOf(Failure.class).hasMessage("the device is gone");
  }

  @Test
  void whatCannotBeSweptIsNamedInTheFile() throws IOException {
    assertThatThrownBy(() -> file("method: {tpe: 5}\nhalving: {epochs: 1}")).isInstanceOf(ConfigException.class).hasMessageContaining("tpe");
    assertThatThrownBy(() -> SweepFile.read(Path.of("experiments/iris.yaml"), List.of())).isInstanceOf(ConfigException.class).hasMessageContaining("sweep");
    SweepFile wrong = SweepFile.read(file("method: grid").file(), List.of("sweep={method: grid, parameters: {optimizer.adam.rl: {choice: [1]}}}"));
    assertThatThrownBy(() -> run(wrong, folder.resolve("wrong"), () -> false).train(false)).isInstanceOf(ConfigException.class).hasMessageContaining("rl");
  }

  @Test
  void aTrialOverTheMemoryBudgetIsLeftOut() throws IOException {
    SweepFile file = SweepFile.read(file("method: grid").file(), List.of("training.epochs=2", "training.budget={memory: 200kB}",
        "sweep={method: grid, parameters: {model.layers.0.linear.out_features: {choice: [8, 20000]}}}"));
    SweepRun.Result r = run(file, folder.resolve("memory"), () -> false).train(false);
    assertThat(r.leaderboard().sorted().getLast().failed()).contains(Standing.Failing.OVER_BUDGET);
    assertThat(leaderboard("memory")).contains("\"failed\" : \"over the memory budget\"");
    assertThat(r.best()).isPresent();
  }

  @Test
  void aTrialEndsWhenItsOwnTimeIsUsedUpAndCounts() throws IOException {
    SweepFile file = SweepFile.read(file("method: grid").file(), List.of("training.epochs=1000", "training.budget={minutes: 0.002}",
        "sweep={method: grid, parameters: {optimizer.adam.lr: {choice: [0.01, 0.02]}}}"));
    SweepRun.Result r = run(file, folder.resolve("minutes"), () -> false).train(false);
    assertThat(r.leaderboard().sorted()).hasSize(2).allMatch(s -> Double.isFinite(s.score()));
    assertThat(r.best()).isPresent();
  }

  @Test
  void theMinutesOfASweepGoOnAfterAResumeAndEndedTrialsStay() throws IOException {
    SweepFile file = SweepFile.read(file("method: grid").file(), List.of("training.epochs=2",
        "sweep={method: grid, minutes: 60, parameters: {optimizer.adam.lr: {choice: [0.01, 0.02, 0.03]}}}"));
    AtomicInteger steps = new AtomicInteger();
    run(file, folder.resolve("late"), () -> steps.incrementAndGet() > 25).train(false);
    Files.writeString(folder.resolve("late/time.json"), "{\"seconds\": 3601}");
    SweepRun.Result r = run(file, folder.resolve("late"), () -> false).train(true);
    assertThat(r.leaderboard().sorted()).hasSizeBetween(1, 2);
    assertThat(r.best()).isPresent();
  }
}
