package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepBenchTest {
  @Test
  void whatCannotBeMadeLeavesNoProgramOpen(@TempDir Path folder) throws IOException {
    Prepared prepared = Prepared.of(ExperimentFile.read(Files.writeString(folder.resolve("bench.yaml"), """
        data: {train: {synthetic: {samples: 8, shape: [3], values: [1]}}, split: none}
        model: {layers: [{linear: 1}]}
        loss: mse
        optimizer: {sgd: {lr: 0.1}}
        training: {batch_size: 4, epochs: 1}
        """), List.of()));
    int[] open = {0};
    try (ReferenceBackend reference = new ReferenceBackend()) {
      // values are set on another thread while the program is compiled, and there is no memory for them
      Backend backend = of(Backend.class, (method, arguments) -> switch (method) {
        case "writableMeanwhile" -> true;
        case "allocate" -> of(Buffer.class, (_, _) -> {
          throw new OutOfMemoryError("test");
        });
        case "compile" -> {
          open[0]++;
          yield of(Program.class, (call, _) -> call.equals("close") ? --open[0] : null);
        }
        default -> reference.name();
      });
      assertThatThrownBy(() -> new StepBench(prepared, backend, 4)).isInstanceOf(OutOfMemoryError.class);
    }
    assertThat(open[0]).isZero();
  }

  private interface Answer {
    Object to(String method, Object[] arguments);
  }

  private static <T> T of(Class<T> type, Answer answer) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
      Object r = answer.to(method.getName(), arguments);
      return method.getReturnType() == void.class ? null : r;
    }));
  }
}
