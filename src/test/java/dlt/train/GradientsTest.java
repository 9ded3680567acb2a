package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.reference.ReferenceBackend;
import dlt.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GradientsTest {
  @TempDir Path folder;

  @Test
  void aModelWithoutParametersHasNone() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "x,y\n1,2\n2,3\n");
    SmallRun run = SmallRun.of(folder, "none", """
        data: {train: {csv: {path: data.csv, target: y}}, split: none}
        model: {layers: [identity]}
        loss: mse
        optimizer: sgd
        training: {epochs: 0}
        """);
    try (ReferenceBackend backend = new ReferenceBackend()) {
      SavedModel model = SavedModel.open(run.result().run());
      assertThat(Gradients.of(model, model.parts().train(), backend)).isEmpty();
    }
  }

  @Test
  void gradientsOfALineAreThoseOfItsSquaredErrorsAndFrozenWeightsHaveNone() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "x,y\n1,2\n2,3\n3,7\n4,1\n");
    SmallRun run = SmallRun.of(folder, "line", """
        name: line
        data: {train: {csv: {path: data.csv, target: y}}, split: none}
        model: {layers: [{linear: {out_features: 1, as: line}}, {linear: {out_features: 1, as: frozen}}], freeze: ['frozen.*']}
        loss: mse
        optimizer: {sgd: {lr: 0.1}}
        training: {batch_size: 2, epochs: 0}
        """);
    try (ReferenceBackend backend = new ReferenceBackend()) {
      SavedModel model = SavedModel.open(run.result().run());
      SequencedMap<String, HostTensor> gradients = Gradients.of(model, model.parts().train(), backend);

      double w = model.weights().get("line.weight").at(0);
      double b = model.weights().get("line.bias").at(0);
      double v = model.weights().get("frozen.weight").at(0);
      double c = model.weights().get("frozen.bias").at(0);
      double[][] points = {{1, 2}, {2, 3}, {3, 7}, {4, 1}};
      double dw = 0;
      double db = 0;
      for (double[] p : points) {
        double slope = 2 * (v * (w * p[0] + b) + c - p[1]) / points.length;
        dw += slope * v * p[0];
        db += slope * v;
      }
      assertThat(gradients.sequencedKeySet()).containsExactly("line.weight", "line.bias");
      assertThat(gradients.get("line.weight").at(0)).isCloseTo(dw, within(1e-5));
      assertThat(gradients.get("line.bias").at(0)).isCloseTo(db, within(1e-5));
    }
  }
}
