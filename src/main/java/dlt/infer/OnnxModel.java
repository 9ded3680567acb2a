package dlt.infer;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// An ONNX file under ONNX Runtime on the processor.
public final class OnnxModel implements AutoCloseable {
  /// An input or output: its sizes, -1 for the batch dimension.
  public record Port(String name, DType dtype, List<Integer> dims) {}

  private static final int LONGEST_COMMAND_LINE = 4000;
  private static final String LIBRARIES = "onnxruntime.native.path";

  private final Path file;
  private final OrtEnvironment environment;
  private final OrtSession session;

  private OnnxModel(Path file, OrtEnvironment environment, OrtSession session) {
    this.file = file;
    this.environment = environment;
    this.session = session;
  }

  /// Loads `file`. Throws a [Failure] of kind DATA where it is no ONNX model that ONNX Runtime can run.
  public static OnnxModel open(Path file, int threads) {
    if (!Files.isRegularFile(file)) {
      throw new Failure(Failure.Kind.DATA, file + ": no such file; expected an ONNX model");
    }
    checkCommandLine();
    try {
      OrtEnvironment environment = environment();
      try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        return new OnnxModel(file, environment, environment.createSession(file.toString(), options));
      }
    } catch (OrtException e) {
      throw new Failure(Failure.Kind.DATA, file + ": ONNX Runtime refused it: " + e.getMessage(), e);
    }
  }

  /// The process's one environment.
  private static synchronized OrtEnvironment environment() {
    if (System.getProperty(LIBRARIES) == null && Files.isDirectory(librariesBesideJar())) {
      System.setProperty(LIBRARIES, librariesBesideJar().toString());
    }
    try {
      OrtEnvironment environment = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, "dlt");
      removeFolder();
      return environment;
    } catch (LinkageError e) {
      throw new Failure(Failure.Kind.OUTPUT, "ONNX Runtime's libraries cannot be loaded from " + System.getProperty(LIBRARIES, "the class path") + ", or there is no room for a folder in "
          + System.getProperty("java.io.tmpdir") + "; name another one by DLT_JAVA_OPTS=-Djava.io.tmpdir=DIR", e);
    }
  }

  /// Where a build puts them; without that, as on a class path of one's own, ONNX Runtime unpacks them in each process.
  private static Path librariesBesideJar() {
    try {
      return Path.of(OnnxModel.class.getProtectionDomain().getCodeSource().getLocation().toURI()).resolveSibling("onnxruntime");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// ONNX Runtime makes a folder among the temporary files in each process, needed or not, which stays where the process is killed.
  private static void removeFolder() {
    try {
      Field folder = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
      folder.setAccessible(true);
      Files.deleteIfExists((Path) folder.get(null));
    } catch (ReflectiveOperationException | IOException e) {
      // another version, or libraries were unpacked to it: ONNX Runtime removes it at the end
    }
  }

  /// ONNX Runtime reads the process's command line into a buffer of fixed size and crashes where it is longer.
  private static void checkCommandLine() {
    long length;
    try {
      length = Files.readAllBytes(Path.of("/proc/self/cmdline")).length;
    } catch (IOException e) {
      return; // a system without it
    }
    if (length >= LONGEST_COMMAND_LINE) {
      throw new Failure(Failure.Kind.USAGE, "the command line has " + length + " bytes, and ONNX Runtime crashes from " + LONGEST_COMMAND_LINE
          + " on; put what --set says into the experiment file, or use shorter paths");
    }
  }

  /// The inputs in the model's order.
  public List<Port> inputs() {
    return ports(() -> session.getInputInfo());
  }

  /// The outputs in the model's order.
  public List<Port> outputs() {
    return ports(() -> session.getOutputInfo());
  }

  /// The model's properties.
  public Map<String, String> metadata() {
    try {
      return session.getMetadata().getCustomMetadata();
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  /// The outputs for `inputs` (float32 or int64, by name), in the model's order.
  public SequencedMap<String, HostTensor> run(Map<String, HostTensor> inputs) {
    Map<String, OnnxTensor> fed = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, HostTensor> e : inputs.entrySet()) {
        fed.put(e.getKey(), tensor(e.getValue()));
      }
      try (OrtSession.Result result = session.run(fed)) {
        SequencedMap<String, HostTensor> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> e : result) {
          outputs.put(e.getKey(), value((OnnxTensor) e.getValue()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw failure(e);
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(HostTensor t) throws OrtException {
    long[] shape = t.shape().dims().stream().mapToLong(Integer::longValue).toArray();
    ByteBuffer bytes = t.data().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return t.dtype() == DType.INT64
        ? OnnxTensor.createTensor(environment, bytes.asLongBuffer(), shape)
        : OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), shape);
  }

  private static HostTensor value(OnnxTensor t) {
    TensorInfo info = t.getInfo();
    int[] dims = Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray();
    HostTensor r = HostTensor.allocate(new TensorType(dtype(info), Shape.of(dims)));
    r.data().copyFrom(MemorySegment.ofBuffer(t.getByteBuffer()));
    return r;
  }

  private static DType dtype(TensorInfo info) {
    return switch (info.type) {
      case FLOAT -> DType.FLOAT32;
      case INT64 -> DType.INT64;
      case DOUBLE -> DType.FLOAT64;
      case INT32 -> DType.INT32;
      case INT16 -> DType.INT16;
      case INT8 -> DType.INT8;
      case UINT8 -> DType.UINT8;
      case BOOL -> DType.BOOL;
      case FLOAT16 -> DType.FLOAT16;
      case BFLOAT16 -> DType.BFLOAT16;
      case STRING, UNKNOWN -> throw new Failure(Failure.Kind.DATA, "a tensor of " + info.type + " in an ONNX model; expected numbers");
    };
  }

  private interface Infos {
    Map<String, NodeInfo> read() throws OrtException;
  }

  private List<Port> ports(Infos infos) {
    try {
      List<Port> r = new ArrayList<>();
      for (NodeInfo n : infos.read().values()) {
        if (!(n.getInfo() instanceof TensorInfo t)) {
          throw new Failure(Failure.Kind.DATA, file + ": " + n.getName() + " is no tensor");
        }
        r.add(new Port(n.getName(), dtype(t), Arrays.stream(t.getShape()).mapToObj(d -> (int) d).toList()));
      }
      return r;
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  private Failure failure(OrtException e) {
    return new Failure(Failure.Kind.DATA, file + ": ONNX Runtime failed: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw failure(e);
    }
  }
}
