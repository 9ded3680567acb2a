package dlt.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;

/// The weights of an ONNX model under PyTorch's names and in PyTorch's layouts: `tensors` are all its floating constants,
/// `weights` the names of those that layers use as weights, and `foldedBatchNorm` says that a convolution has swallowed a batch
/// norm.
///
/// Exporters keep the names of parameters that they do not touch (`fc.weight`). Where one was lost (`onnx::MatMul_586`: a
/// transposed weight), the name of the bias beside it or of the node (`/layer1/layer1.0/conv1/Conv`) gives it back.
public record OnnxWeights(SequencedMap<String, HostTensor> tensors, SequencedSet<String> weights, boolean foldedBatchNorm) {
  private static final List<String> WEIGHT_AND_BIAS = List.of("weight", "bias");

  /// What PyTorch calls the operands from the second on, of each node that has weights.
  private static final Map<String, List<String>> ROLES = Map.of(
      "Conv", WEIGHT_AND_BIAS, "ConvTranspose", WEIGHT_AND_BIAS, "Gemm", WEIGHT_AND_BIAS, "MatMul", WEIGHT_AND_BIAS,
      "InstanceNormalization", WEIGHT_AND_BIAS, "LayerNormalization", WEIGHT_AND_BIAS, "PRelu", WEIGHT_AND_BIAS,
      "BatchNormalization", List.of("weight", "bias", "running_mean", "running_var"));

  public OnnxWeights {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
    weights = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(weights));
  }

  /// Reads the weights of `file`. Throws a [dlt.error.Failure] of kind DATA where it is no ONNX model.
  public static OnnxWeights read(Path file) {
    GraphProto graph = OnnxFile.model(file).getGraph();
    try {
      return new Reading(graph).run();
    } catch (Failure e) {
      throw new Failure(e.kind(), file + ": " + e.getMessage(), e);
    } catch (IndexOutOfBoundsException e) {
      throw new Failure(Failure.Kind.DATA, file + ": is no valid ONNX model: a node lacks an output, or its weights a dimension", e);
    }
  }

  private static final class Reading {
    private final GraphProto graph;
    private final Map<String, HostTensor> constants = new LinkedHashMap<>();
    private final Map<String, NodeProto> users = new HashMap<>();
    private final SequencedMap<String, HostTensor> tensors = new LinkedHashMap<>();
    private final SequencedSet<String> weights = new LinkedHashSet<>();
    private boolean folded;

    Reading(GraphProto graph) {
      this.graph = graph;
      for (TensorProto t : graph.getInitializerList()) {
        constant(t.getName(), t);
      }
      for (NodeProto n : graph.getNodeList()) {
        n.getInputList().forEach(i -> users.put(i, n));
        if (n.getOpType().equals("Constant")) {
          n.getAttributeList().stream().filter(a -> a.getName().equals("value")).forEach(a -> constant(n.getOutput(0), a.getT()));
        } else if (n.getOpType().equals("Identity") && constants.containsKey(operand(n, 0))) {
          // exporters store equal initializers once
          constants.put(n.getOutput(0), constants.get(operand(n, 0)));
        }
      }
    }

    /// The name of operand `i`; empty where the node has none.
    private static String operand(NodeProto n, int i) {
      return i < n.getInputCount() ? n.getInput(i) : "";
    }

    private void constant(String name, TensorProto t) {
      if (OnnxFile.dtype(t.getDataType()).filter(DType::floating).isPresent()) {
        constants.put(name, OnnxFile.tensor(t));
      }
    }

    OnnxWeights run() {
      constants.forEach((name, t) -> {
        if (kept(name)) {
          tensors.put(name, t);
        }
      });
      for (NodeProto n : graph.getNodeList()) {
        if (ROLES.containsKey(n.getOpType())) {
          layer(n);
        } else if (OnnxRecurrent.GATES.containsKey(n.getOpType()) && constants.containsKey(operand(n, 1))) {
          OnnxRecurrent.weights(n, constants).forEach((name, t) -> add(scope(n) + "." + name, t));
        } else if (n.getOpType().equals("Gather") && constants.containsKey(operand(n, 0)) && kept(operand(n, 0))) {
          weights.add(operand(n, 0));
        }
      }
      return new OnnxWeights(tensors, weights, folded);
    }

    private void layer(NodeProto n) {
      List<String> roles = ROLES.get(n.getOpType());
      for (int i = 1; i < Math.min(n.getInputCount(), roles.size() + 1); i++) {
        String name = n.getInput(i);
        HostTensor t = constants.get(name);
        if (t == null) {
          continue;
        }
        if (i == 1 && (n.getOpType().equals("MatMul") && t.shape().rank() == 2 || n.getOpType().equals("Gemm") && !transposed(n))) {
          t = transpose(t);
        } else if (n.getOpType().equals("PRelu")) {
          t = t.reshape(Shape.of(Math.toIntExact(t.size())));
        }
        if (!kept(name)) {
          folded |= n.getOpType().equals("Conv") && i == 2;
          name = owner(n).map(o -> o + ".").orElse(name + ".") + roles.get(i - 1);
        }
        add(name, t);
      }
    }

    private void add(String name, HostTensor t) {
      tensors.put(name, t);
      weights.add(name);
    }

    /// Whether a name is one that its author gave.
    private static boolean kept(String name) {
      return !name.contains("::") && !name.startsWith("/");
    }

    /// The module that `n` stands for, by an operand that kept its name, else by the node's own name.
    private Optional<String> owner(NodeProto n) {
      NodeProto biased = n;
      if (n.getOpType().equals("MatMul")) {
        NodeProto next = users.get(n.getOutput(0));
        biased = next != null && next.getOpType().equals("Add") ? next : n;
      }
      return biased.getInputList().stream()
          .filter(i -> constants.containsKey(i) && kept(i) && i.endsWith(".bias"))
          .map(i -> i.substring(0, i.length() - ".bias".length()))
          .findFirst()
          .or(() -> Optional.of(scope(n)).filter(s -> !s.isEmpty()));
    }

    /// `/layer1/layer1.0/conv1/Conv` is in module `layer1.0.conv1`: PyTorch writes the whole name of what stands in a list.
    private static String scope(NodeProto n) {
      String path = "";
      String last = "";
      String[] parts = n.getName().split("/");
      for (int i = 1; i < parts.length - 1; i++) {
        boolean whole = !last.isEmpty() && parts[i].startsWith(last + ".");
        String name = whole ? parts[i].substring(last.length() + 1) : parts[i];
        path = path.isEmpty() ? name : path + "." + name;
        last = parts[i];
      }
      return path;
    }

    private static boolean transposed(NodeProto gemm) {
      return gemm.getAttributeList().stream().filter(a -> a.getName().equals("transB")).mapToLong(AttributeProto::getI).anyMatch(v -> v != 0);
    }

    private static HostTensor transpose(HostTensor t) {
      int rows = t.shape().dim(0);
      int columns = t.shape().dim(1);
      HostTensor r = HostTensor.allocate(new TensorType(t.dtype(), Shape.of(columns, rows)));
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          r.set((long) j * rows + i, t.at((long) i * columns + j));
        }
      }
      return r;
    }
  }
}
