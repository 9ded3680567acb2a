package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.cuda.driver.FakeCuda;
import dlt.backend.cuda.driver.NvidiaDriver;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import dlt.tensor.Shape;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// experiments/bench/gpu.sh from its first to its last line. What it calls as `dlt` is the command line in this process: on the software GPU,
/// with digits and the tests of ops made small, and for the bench steps, which are too large for that, through the real driver layer on
/// the stand-in for libcuda, which takes 1.5 ms for whatever it is asked. PyTorch is a script that prints figures.
class GpuScriptTest {
  private static final List<String> NAMES =
      List.of("mlp_tabular", "mnist_conv", "lenet5", "cat_dnn", "cnn_cifar", "unet_small", "resnet18_224", "resnet18_512_multilabel");

  @TempDir Path folder;

  private final List<List<String>> calls = new ArrayList<>();

  /// Writes a script for sh.
  private Path script(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private CommandsTest.Result run(Path golden) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("mkfifo", folder.resolve("request").toString(), folder.resolve("answer").toString()).start().waitFor()).isZero();
    Path dlt = script("dlt", """
        #!/bin/sh
        cd '%s' || exit 1
        printf '%%s\\n' "$@" > arguments
        echo call > request
        read -r code < answer
        cat err >&2
        cat out
        exit "$code"
        """.formatted(folder));
    Path torch = script("torch", """
        #!/bin/sh
        echo "$@" > '%s/asked'
        echo '2.11.0 NVIDIA H100 91002'
        for name in $(echo "$3" | tr , ' '); do
          case $name in resnet18_224_b256) eager=1.2 ;; *) eager=30.0 ;; esac
          for precision in $(echo "$2" | tr , ' '); do
            printf '%%-24s %%-5s %%-8s step %%9s ms  %%12s samples/s  warm    0.1s  mem       17 MiB\\n' $name $precision eager $eager 1000
            printf '%%-24s %%-5s %%-8s step %%9s ms  %%12s samples/s  warm    0.1s  mem       17 MiB\\n' $name $precision graph 3.0 1000
          done
        done
        """.formatted(folder));
    ProcessBuilder b = new ProcessBuilder("sh", "-c", "experiments/bench/gpu.sh \"$@\"; code=$?; echo end > '" + folder + "/request'; exit $code", "sh", torch.toString(), golden.toString());
    b.environment().putAll(Map.of("DLT", dlt.toString(), "PYTHON", "sh", "GPU_EPOCHS", "1", "GPU_SECONDS", "0.01", "GPU_PATIENCE", "100"));
    Process process = b.redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile()).start();
    // for reading and writing, so that nobody waits for one who does not come
    try (RandomAccessFile request = new RandomAccessFile(folder.resolve("request").toFile(), "rw");
        RandomAccessFile answer = new RandomAccessFile(folder.resolve("answer").toFile(), "rw")) {
      while (request.readLine().equals("call")) {
        List<String> arguments = Files.readAllLines(folder.resolve("arguments"));
        calls.add(arguments);
        CommandsTest.Result r = dlt(arguments);
        Files.writeString(folder.resolve("out"), r.out());
        Files.writeString(folder.resolve("err"), r.err());
        answer.writeBytes(r.code() + "\n");
      }
    }
    int code = process.waitFor();
    return new CommandsTest.Result(code, Files.readString(folder.resolve("output")), "");
  }

  private CommandsTest.Result dlt(List<String> arguments) throws IOException {
    List<String> a = new ArrayList<>(arguments);
    if (a.getFirst().equals("bench")) {
      FakeCuda fake = FakeCuda.fresh();
      fake.machine(12040, 1, 90, 80L << 30);
      System.setProperty(NvidiaDriver.LIBRARY, fake.library().toString());
      try {
        a.removeAll(List.of("--seconds", "0.01"));
        a.addAll(List.of("--steps", "2"));
        a.set(a.indexOf("--batch-size") + 1, "1");
        CommandsTest.Result r = CommandsTest.dlt(a.toArray(String[]::new));
        assertThat(fake.misuse()).isEmpty();
        assertThat(fake.live()).isZero();
        return r;
      } finally {
        System.clearProperty(NvidiaDriver.LIBRARY);
      }
    }
    if (a.contains("--test")) {
      a.addAll(List.of("--no-rates", "--op", "relu,reshape"));
    }
    if (a.size() > 1 && a.get(1).endsWith("digits.yaml")) {
      a.set(1, few().toString());
      a.addAll(List.of("--set", "training.batch_size=32", "--set", "model.layers.0.conv2d.out_channels=2", "--set", "model.layers.3.conv2d.out_channels=2"));
    }
    return SoftwareGpu.dlt(new SoftwareDriver(), a.toArray(String[]::new));
  }

  /// Digits of so few samples that there are two batches.
  private Path few() throws IOException {
    Path file = folder.resolve("digits.yaml");
    if (!Files.exists(file)) {
      Files.createDirectories(folder.resolve("data"));
      Files.write(folder.resolve("data/digits.csv"), Files.readAllLines(Path.of("experiments/data/digits.csv")).subList(0, 81));
      Files.copy(Path.of("experiments/digits.yaml"), file);
    }
    return file;
  }

  /// A training with a known loss in its first step: two classes that a net of zeros takes for equally probable.
  private Path golden(double loss) throws IOException {
    Path run = Files.createDirectories(folder.resolve("golden/zeros"));
    Safetensors.write(run.resolve("data.safetensors"),
        new LinkedHashMap<>(Map.of("x", HostTensor.of(Shape.of(2, 1), 1f, -1f), "y", HostTensor.of(Shape.of(2), 0L, 1L))), Map.of());
    Safetensors.write(run.resolve("init.safetensors"),
        new LinkedHashMap<>(Map.of("0.weight", HostTensor.of(Shape.of(2, 1), 0f, 0f), "0.bias", HostTensor.of(Shape.of(2), 0f, 0f))), Map.of());
    Files.writeString(run.resolve("exp.yaml"), """
        name: zeros
        data: {train: {safetensors: {path: data.safetensors}}, split: none}
        model: {init: {weights: init.safetensors}, layers: [{linear: 2}]}
        loss: cross_entropy
        optimizer: {sgd: {lr: 0.1}}
        training: {batch_size: 2, epochs: 1, log_every: 1}
        """);
    Files.writeString(run.resolve("expected"), "1 " + loss + " 1e-6\n");
    return folder.resolve("golden");
  }

  @Test
  void everyPartPassesAndTheTableHasTheWantedRatios() throws IOException, InterruptedException {
    CommandsTest.Result r = run(golden(Math.log(2)));
    assertThat(r.code()).as(r.out()).isZero();
    assertThat(r.out()).doesNotContain("FAILED");
    for (String part : List.of("every op against the reference", "digits, 1 epochs on cuda, in one", "digits, 1 epochs on cuda, in two", "the same bytes",
        "digits, 1 epochs on cpu, in three", "digits, 1 epochs on cpu, in moved", "digits, 2 epochs on cuda, in moved", "digits, 3 epochs on cpu, in moved")) {
      assertThat(r.out()).containsPattern(Pattern.compile("^" + Pattern.quote(part) + " +ok$", Pattern.MULTILINE));
    }
    assertThat(r.out()).containsPattern("digits on cuda and on cpu +[0-9.]+ and [0-9.]+\n").containsPattern("cpu, cuda and cpu in turn, and cpu alone +[0-9.]+ and [0-9.]+\n")
        .containsPattern("PyTorch's losses, zeros +1 steps, 0\\.[0-9]+ of the bound at step [01]\n");
    assertThat(r.out()).containsPattern("relu +[0-9]+ +0 ");
    assertThat(Files.readString(folder.resolve("asked")).strip()).isEqualTo("eager,graph fp32,tf32 "
        + "mlp_tab_b32,mnist_conv_b128,lenet5_b128,cat_dnn_b209,cnn_cifar_b128,unet_128_b8,resnet18_224_b256,resnet18_512_ml_b5");
    for (String name : NAMES) {
      String ratios = name.equals("resnet18_224") ? "1.2000     3.0000         0.80         2.00" : "30.0000     3.0000        20.00         2.00";
      assertThat(r.out()).containsPattern(name + " +float32 +1.5000 +" + ratios.replaceAll(" +", " +") + " *\n")
          .containsPattern(name + " +tf32 +1.5000 +" + ratios.replaceAll(" +", " +") + " +" + (name.equals("resnet18_224") ? "missed: wanted 1\n"
              : NAMES.indexOf(name) < 4 ? "reached: wanted 5 and 1.5\n" : "reached: wanted 1\n"));
    }
    List<List<String>> benches = calls.stream().filter(c -> c.getFirst().equals("bench")).toList();
    assertThat(benches.stream().map(c -> Path.of(c.get(1)).getFileName().toString().replace(".yaml", "") + " " + c.get(c.indexOf("--batch-size") + 1)).distinct())
        .as("with PyTorch's batch sizes").containsExactly("mlp_tabular 32", "mnist_conv 128", "lenet5 128", "cat_dnn 209", "cnn_cifar 128", "unet_small 8",
            "resnet18_224 256", "resnet18_512_multilabel 5");
    try (var files = Files.list(Path.of("experiments/bench"))) {
      assertThat(files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".yaml")).collect(Collectors.toSet()))
          .isEqualTo(NAMES.stream().map(n -> n + ".yaml").collect(Collectors.toSet()));
    }
  }
}
