package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.config.ConfigException;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.experiment.Trainings;
import dlt.run.RunDirectory;
import dlt.run.UsedTime;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import dlt.tensor.Shape;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  @TempDir Path folder;

  private int compiled;
  private int closed;

  /// `of`, which is `type`, with calls of `name` counted.
  private <T> T watched(Class<T> type, T of, String name, Runnable count) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
      if (method.getName().equals(name)) {
        count.run();
      }
      try {
        Object r = method.invoke(of, arguments);
        return r instanceof Program program ? watched(Program.class, program, "close", () -> closed++) : r;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }));
  }

  @Test
  void whatWasCompiledIsClosedWhereTheWeightsToBeginWithDoNotFit() throws IOException {
    SequencedMap<String, HostTensor> weights = new LinkedHashMap<>();
    weights.put("0.weight", HostTensor.of(Shape.of(1, 3), 1f, 2, 3));
    Safetensors.write(folder.resolve("other.safetensors"), weights, Map.of());
    Files.writeString(folder.resolve("train.csv"), "x,y\n1,2\n2,4\n3,6\n4,8\n");
    Path file = Files.writeString(folder.resolve("exp.yaml"), """
        data: {train: {csv: {path: train.csv, target: y}}, split: none}
        model: {init: {weights: other.safetensors}, layers: [{linear: 1}]}
        loss: mse
        optimizer: sgd
        training: {batch_size: 3, epochs: 1, average: ema}
        """);
    try (Backend backend = watched(Backend.class, new ReferenceBackend(), "compile", () -> compiled++)) {
      Prepared prepared = Trainings.open(ExperimentFile.read(file, List.of())).training(0);
      RunDirectory run = new RunDirectory(folder.resolve("run"));
      Trainer.TimeLimit unlimited = new Trainer.TimeLimit(new UsedTime(run.usedTime(), System::nanoTime), OptionalDouble.empty());
      assertThatThrownBy(() -> new Trainer(prepared, backend, run, () -> {}, new Silent(), unlimited)).isInstanceOf(ConfigException.class)
          .hasMessageContaining("0.weight is [1, 3]");
    }
    assertThat(compiled).isPositive();
    assertThat(closed).isEqualTo(compiled);
  }
}
