package dlt.backend;

import dlt.graph.Graph;
import dlt.tensor.TensorType;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Compiles graphs for one device. Not safe for use by several threads at once.
public interface Backend extends AutoCloseable {
  /// `reference`, `cpu` or `cuda`.
  String name();

  /// What the manifest records: the device, the instruction set in use and what is computed in, such as `cpu avx512, float32, 2 threads`.
  String description();

  /// Storage for a variable, zero at first; lives until the backend is closed.
  Buffer allocate(TensorType type);

  /// A program for `graph`. Each variable of the graph is bound to the buffer of its name in `variables`; several
  /// programs may share buffers. Throws [IllegalArgumentException] where one is missing or of another type, and a
  /// [dlt.error.Failure] of kind DEVICE where memory runs out.
  Program compile(Graph graph, Map<String, Buffer> variables);

  /// Whether another thread may write to buffers while a program is compiled.
  default boolean writableMeanwhile() {
    return false;
  }

  /// The bytes that a program for `graph` would plan, found without asking for any of them; empty where only compiling tells.
  default OptionalLong planned(Graph graph) {
    return OptionalLong.empty();
  }

  /// The bytes of the device's own memory that are free; empty where it computes in the host's.
  default OptionalLong free() {
    return OptionalLong.empty();
  }

  /// What the device can do at most, measured now, in a fraction of a second; empty where that is not known.
  default Optional<Ceilings> ceilings() {
    return Optional.empty();
  }

  @Override
  void close();
}
