package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.cli.CommandsTest.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What scripts get wrong is answered in a line that says what to do.
class OddArgumentsTest {
  private static final String IRIS = "experiments/iris.yaml", ROWS = "experiments/data/iris.csv";

  @TempDir static Path folder;
  private static String run;

  @BeforeAll
  static void train() {
    run = folder.resolve("run").toString();
    Result r = CommandsTest.dlt("train", IRIS, "--out", run, "--set", "training.epochs=2", "--no-report");
    assertThat(r.code()).as(r.err()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval|", "eval|RUN|--data|", "eval|RUN|--junit|", "predict|RUN|--input|", "predict|RUN|--input|" + ROWS + "|--output|", "export|RUN|--onnx|", "export|RUN|--card|",
      "report|RUN|--output|", "train|" + IRIS + "|--out|", "sweep|" + IRIS + "|--out|", "init|" + ROWS + "|--output|", "compare||RUN", "check|"})
  void anEmptyTextIsNoPath(String line) throws IOException {
    Result r = CommandsTest.dlt(line.replace("RUN", run).concat("|--json").split("\\|", -1));
    assertThat(r.code()).as(r.err()).isEqualTo(2);
    assertThat(r.err()).contains("found an empty text, expected a path; is a variable of the shell not set?");
    assertThat(r.json().get("error").get("code").asInt()).isEqualTo(2);
  }

  /// Under a locale of ASCII such are all names with other letters.
  @Test
  void whatIsNoPathIsNoBug() {
    Result r = CommandsTest.dlt("check", "a\0b.yaml");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("found 'a\0b.yaml', which is no path in the encoding ", "; set LC_ALL=C.UTF-8").doesNotContain("Exception");
  }

  @Test
  void whatIsNoRunSaysWhereOneIs() throws IOException {
    Path file = Files.writeString(folder.resolve("exp.yaml"), Files.readString(Path.of(IRIS)).replace("data/iris.csv", Path.of(ROWS).toAbsolutePath().toString())
        + "\nsweep: {method: {random: 2}, parameters: {optimizer.adam.lr: {choice: [1e-2, 1e-3]}}}\n");
    String sweep = folder.resolve("sweep").toString();
    Result swept = CommandsTest.dlt("sweep", file.toString(), "--out", sweep, "--set", "training.epochs=1", "--no-report");
    assertThat(swept.code()).as(swept.err()).isZero();
    for (String[] command : new String[][] {{"eval", sweep}, {"predict", sweep, "--input", ROWS}, {"export", sweep, "--onnx"}, {"compare", sweep, run}}) {
      Result r = CommandsTest.dlt(command);
      assertThat(r.code()).isEqualTo(2);
      assertThat(r.err()).contains("is a sweep, expected a run; its best one is " + Path.of(sweep, "best"));
    }
    assertThat(CommandsTest.dlt("eval", folder.toString()).err()).contains("no run is here, but there are some in it, the newest is " + run);
    assertThat(CommandsTest.dlt("eval", IRIS).err()).contains("is a file, expected the folder of a run");
    assertThat(CommandsTest.dlt("eval", run + "/model.onnx").err()).contains("it is part of that in ");
    assertThat(CommandsTest.dlt("eval", run + "-not").err()).contains("no such folder; give that of a run, or train first");
  }

  @Test
  void aResumeWithNothingLeftToTrainSaysSo() {
    String again = folder.resolve("again").toString();
    assertThat(CommandsTest.dlt("train", IRIS, "--out", again, "--set", "training.epochs=3", "--no-report").code()).isZero();
    Result same = CommandsTest.dlt("train", IRIS, "--out", again, "--set", "training.epochs=3", "--no-report", "--resume");
    assertThat(same.code()).as(same.err()).isZero();
    assertThat(same.err()).contains("all 3 epochs are done; nothing is trained, the best of them (epoch ");
    Result fewer = CommandsTest.dlt("train", IRIS, "--out", again, "--set", "training.epochs=2", "--no-report", "--resume");
    assertThat(fewer.code()).as(fewer.err()).isZero();
    assertThat(fewer.err()).contains("3 epochs are done, more than the 2 asked for; nothing is trained");
    Result more = CommandsTest.dlt("train", IRIS, "--out", again, "--set", "training.epochs=4", "--no-report", "--resume");
    assertThat(more.err()).contains("resuming at epoch 4");
  }
}
