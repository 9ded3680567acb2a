package dlt.train;

import ai.onnx.proto.OnnxMl.ModelProto;
import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.error.Failure;
import dlt.experiment.Assembly;
import dlt.experiment.Export;
import dlt.infer.OnnxModel;
import dlt.infer.Parity;
import dlt.onnx.OnnxExport;
import dlt.run.AtomicFile;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Writes a model as an ONNX file and proves on real samples that ONNX Runtime computes from it what the engine computes.
public final class Exporter {
  static final int SAMPLES = 256, BATCH = 32;
  /// Protocol buffers end at 2 GiB; the nodes, names and properties take some of it.
  private static final long MOST_BYTES = Integer.MAX_VALUE - (16 << 20);

  private final Assembly assembly;
  private final Backend backend;

  public Exporter(Assembly assembly, Backend backend) {
    this.assembly = assembly;
    this.backend = backend;
  }

  /// Throws a [Failure] of kind USAGE where the weights are more than an ONNX file holds.
  public static void requireFits(Assembly assembly) {
    long bytes = 0;
    for (TensorType type : assembly.weightTypes().values()) {
      bytes = Math.addExact(bytes, type.bytes());
    }
    if (bytes > MOST_BYTES) {
      throw new Failure(Failure.Kind.USAGE, String.format(Locale.ROOT, "the model's weights take %,d bytes, and an ONNX file, which each training ends with, "
          + "holds 2 GiB (%,d bytes of weights): make the largest layers smaller; `dlt summary` shows their parameters", bytes, MOST_BYTES));
    }
  }

  /// Writes the model of `weights` to `file` and compares the two on up to 256 samples of `part`. Throws a [Failure] of kind
  /// ASSERTION, and leaves no file, where they differ by more than the experiment's tolerance.
  public Parity export(Map<String, HostTensor> weights, Part part, Map<String, String> metadata, Path file) {
    requireFits(assembly);
    Export.Onnx options = assembly.experiment().export().onnx();
    ModelProto model = OnnxExport.model(
        assembly.inference(OnnxExport.BATCH, options.softmax()), assembly.inference(OnnxExport.OTHER_BATCH, options.softmax()),
        weights, options.opset(), metadata);
    return AtomicFile.write(file, model::writeTo, unproven -> {
      Parity parity = compare(weights, part, unproven);
      if (!parity.within(options.tolerance())) {
        throw new Failure(Failure.Kind.ASSERTION, String.format(Locale.ROOT,
            "%s: ONNX Runtime differs from the engine by %.3g (relative to max(1, |value|)), more than export.onnx.tolerance %.3g; not exported",
            file, parity.maxRelative(), options.tolerance()));
      }
      return parity;
    });
  }

  private Parity compare(Map<String, HostTensor> weights, Part part, Path file) {
    Part some = new Part(part.name(), part.dataset(), Arrays.copyOf(part.samples(), Math.min(part.size(), SAMPLES)));
    Variables variables = Variables.of(backend, assembly, weights);
    Parity parity = Parity.NONE;
    Feed feed = new Feed(assembly);
    boolean activate = assembly.experiment().export().onnx().softmax();
    try (Programs programs = new Programs(n -> backend.compile(assembly.inference(n, activate), variables.buffers()));
        OnnxModel onnx = OnnxModel.open(file, 1);
        Batches batches = new Batches(some, Batches.Options.plain(Math.min(BATCH, some.size())));
        Batches.Epoch epoch = batches.epoch(0, 0)) {
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        Program program = programs.of(batch.size());
        feed.write(program, batch);
        program.run();
        Map<String, HostTensor> inputs = new LinkedHashMap<>();
        for (OnnxModel.Port port : onnx.inputs()) {
          for (int i = 0; i < assembly.schema().inputs().size(); i++) {
            if (assembly.schema().inputs().get(i).name().equals(port.name())) {
              inputs.put(port.name(), batch.inputs().get(i));
            }
          }
        }
        for (Map.Entry<String, HostTensor> e : onnx.run(inputs).entrySet()) {
          parity = parity.and(program.output(e.getKey()).read(), e.getValue());
        }
      }
    }
    return parity;
  }
}
