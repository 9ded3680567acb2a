package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.cli.CommandsTest.Result;
import dlt.tensor.HostTensor;
import dlt.tensor.Npz;
import dlt.tensor.Shape;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A variational autoencoder, whose target is an input, through the commands.
class VariationalTest {
  private static final String VAE = "experiments/vae.yaml";

  @TempDir Path folder;

  @Test
  void itIsTrainedMeasuredAndUsed() throws Exception {
    String run = folder.resolve("run").toString();
    Result trained = CommandsTest.dlt("train", VAE, "--out", run, "--json", "--set", "training.epochs=6", "--set", "model.outputs=[image, mu]");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.json().get("best").get("validation").get("mae").asDouble()).isLessThan(0.2); // of the input after preprocessing, 0 to 1
    Result measured = CommandsTest.dlt("eval", run, "--json");
    assertThat(measured.code()).as(measured.err()).isZero();
    assertThat(measured.json().get("metrics").get("mae").asDouble()).isEqualTo(trained.json().get("best").get("validation").get("mae").asDouble());
    Path file = folder.resolve("p.npz");
    Result predicted = CommandsTest.dlt("predict", run, "--input", "experiments/data/digits.csv", "--output", file.toString());
    assertThat(predicted.code()).as(predicted.err()).isZero();
    HostTensor pixels = Npz.read(file).get("image");
    assertThat(pixels.shape()).isEqualTo(Shape.of(1797, 1, 8, 8));
    for (long i = 0; i < pixels.size(); i++) {
      assertThat(pixels.at(i)).isBetween(0.0, 1.0);
    }
    assertThat(Npz.read(file).get("mu").shape()).isEqualTo(Shape.of(1797, 8));
  }

  @Test
  void itsStepsAreMeasured() {
    Result r = CommandsTest.dlt("bench", VAE, "--steps", "2", "--json");
    assertThat(r.code()).as(r.err()).isZero();
  }
}
