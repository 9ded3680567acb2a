package dlt.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.infer.OnnxModel;
import dlt.metric.Task;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.train.SavedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;

/// Programs that run an exported model on one sample: complete, in Java and in Python. A sample of few numbers stands in them;
/// for a larger one an array of zeros does.
final class ModelExample {
  private static final int MOST_NUMBERS = 64;

  private final List<OnnxModel.Port> inputs;
  private final String output;
  private final SequencedMap<String, HostTensor> sample;
  private final List<String> classes;
  /// Whether the largest of the output's values names the class, or one value on one side of `threshold` the answer.
  private final boolean largest;
  private final Optional<Double> threshold;

  /// Of `model`, exported as `onnx`; `sample` is a batch of one, by the names of the inputs.
  ModelExample(SavedModel model, OnnxModel onnx, SequencedMap<String, HostTensor> sample) {
    this.inputs = onnx.inputs();
    this.sample = sample;
    this.output = model.assembly().scored();
    this.classes = model.classes();
    int rank = model.assembly().outputs().get(output).rank();
    boolean named = onnx.outputs().stream().anyMatch(o -> o.name().equals(output)) && !classes.isEmpty();
    this.largest = named && model.task() == Task.MULTICLASS && rank == 1;
    boolean answer = named && model.task() == Task.BINARY && model.assembly().outputs().get(output).size() == 1;
    this.threshold = answer ? Optional.of(onnx.metadata().getOrDefault("dlt.output", "values").equals("values") ? 0.5 : 0.0) : Optional.empty();
  }

  /// Whether the sample's own numbers are in the programs.
  boolean literal() {
    return sample.values().stream().allMatch(t -> t.size() <= MOST_NUMBERS);
  }

  /// What the programs say of the outputs in the end, where they name a class.
  Optional<String> verdict(SequencedMap<String, HostTensor> outputs) {
    HostTensor t = outputs.get(output);
    if (threshold.isPresent()) {
      return Optional.of(classes.get(t.at(0) >= threshold.get() ? 1 : 0));
    }
    if (!largest) {
      return Optional.empty();
    }
    int best = 0;
    for (int i = 1; i < t.size(); i++) {
      best = t.at(i) > t.at(best) ? i : best;
    }
    return Optional.of(classes.get(best));
  }

  String java() {
    StringBuilder b = new StringBuilder("""
        import ai.onnxruntime.OnnxTensor;
        import ai.onnxruntime.OnnxValue;
        import ai.onnxruntime.OrtEnvironment;
        import ai.onnxruntime.OrtException;
        import ai.onnxruntime.OrtSession;
        import java.nio.FloatBuffer;
        import java.nio.LongBuffer;
        import java.util.Arrays;
        import java.util.HashMap;
        import java.util.Map;

        class UseModel {
          public static void main(String[] arguments) throws OrtException {
            OrtEnvironment environment = OrtEnvironment.getEnvironment();
            Map<String, OnnxTensor> inputs = new HashMap<>();
        """);
    for (OnnxModel.Port p : inputs) {
      boolean whole = p.dtype() == DType.INT64;
      HostTensor t = sample.get(p.name());
      String type = whole ? "long" : "float";
      String values = t.size() <= MOST_NUMBERS ? "new " + type + "[] {" + numbers(t, whole ? "" : "f", "Float.NaN") + "}" : "new " + type + "[" + t.size() + "]";
      b.append("    inputs.put(" + quoted(p.name()) + ", OnnxTensor.createTensor(environment, " + (whole ? "LongBuffer" : "FloatBuffer") + ".wrap(" + values
          + "), new long[] {" + dims(t) + "}));\n");
    }
    b.append("""
            try (OrtSession session = environment.createSession(arguments.length > 0 ? arguments[0] : "model.onnx");
                OrtSession.Result result = session.run(inputs)) {
              for (Map.Entry<String, OnnxValue> output : result) {
                System.out.println(output.getKey() + " " + Arrays.toString(values(output.getValue())));
              }
        """);
    if (largest || threshold.isPresent()) {
      b.append("      String[] classes = {" + String.join(", ", classes.stream().map(ModelExample::quoted).toList()) + "};\n");
      b.append("      float[] scores = values(result.get(" + quoted(output) + ").orElseThrow());\n");
    }
    if (largest) {
      b.append("      int best = 0;\n      for (int i = 1; i < scores.length; i++) {\n        best = scores[i] > scores[best] ? i : best;\n      }\n"
          + "      System.out.println(classes[best]);\n");
    }
    threshold.ifPresent(t -> b.append("      System.out.println(classes[scores[0] >= " + t + " ? 1 : 0]);\n"));
    return b.append("""
            }
          }

          private static float[] values(OnnxValue output) {
            FloatBuffer buffer = ((OnnxTensor) output).getFloatBuffer();
            float[] values = new float[buffer.remaining()];
            buffer.get(values);
            return values;
          }
        }
        """).toString();
  }

  String python() {
    StringBuilder b = new StringBuilder("import sys\nimport numpy as np\nimport onnxruntime as ort\n\nsession = ort.InferenceSession(sys.argv[1] if len(sys.argv) > 1 else \"model.onnx\")\ninputs = {\n");
    for (OnnxModel.Port p : inputs) {
      HostTensor t = sample.get(p.name());
      String dtype = p.dtype() == DType.INT64 ? "np.int64" : "np.float32";
      b.append("    " + quoted(p.name()) + ": " + (t.size() <= MOST_NUMBERS ? "np.array([" + numbers(t, "", "np.nan") + "], dtype=" + dtype + ").reshape(" + dims(t) + ")"
          : "np.zeros((" + dims(t) + "), dtype=" + dtype + ")") + ",\n");
    }
    b.append("}\noutputs = dict(zip([o.name for o in session.get_outputs()], session.run(None, inputs)))\nfor name, values in outputs.items():\n    print(name, values.ravel())\n");
    if (largest || threshold.isPresent()) {
      b.append("classes = [" + String.join(", ", classes.stream().map(ModelExample::quoted).toList()) + "]\n");
      b.append("scores = outputs[" + quoted(output) + "].ravel()\n");
    }
    if (largest) {
      b.append("print(classes[scores.argmax()])\n");
    }
    threshold.ifPresent(t -> b.append("print(classes[1 if scores[0] >= " + t + " else 0])\n"));
    return b.toString();
  }

  /// `missing`: how the language writes NaN.
  private static String numbers(HostTensor t, String suffix, String missing) {
    List<String> r = new ArrayList<>();
    for (long i = 0; i < t.size(); i++) {
      r.add(t.dtype() == DType.INT64 ? Long.toString(t.longAt(i)) : Double.isNaN(t.at(i)) ? missing : Float.toString((float) t.at(i)).replaceAll("\\.0$", "") + suffix);
    }
    return String.join(", ", r);
  }

  private static String dims(HostTensor t) {
    return String.join(", ", t.shape().dims().stream().map(d -> Integer.toString(d)).toList()) + (t.shape().rank() == 1 ? "," : "");
  }

  /// A literal of both languages.
  private static String quoted(String text) {
    try {
      return new ObjectMapper().writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Names and sizes of tensors, `N` for the batch.
  static String ports(List<OnnxModel.Port> ports) {
    return String.join(", ", ports.stream().map(p -> "`" + p.name() + "` " + p.dtype().name().toLowerCase(Locale.ROOT)
        + p.dims().stream().map(d -> d < 0 ? "N" : Integer.toString(d)).toList()).toList());
  }
}
