package dlt.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// ONNX's recurrent layers: the order of their gates, and their weights as PyTorch has them.
final class OnnxRecurrent {
  /// For each of PyTorch's gates, in its order, the place of that gate in ONNX: PyTorch's LSTM has input, forget, cell, output
  /// where ONNX has input, output, forget, cell; its GRU has reset, update, new where ONNX has update, reset, new.
  static final Map<String, List<Integer>> GATES = Map.of("RNN", List.of(0), "GRU", List.of(1, 0, 2), "LSTM", List.of(0, 2, 3, 1));

  private OnnxRecurrent() {}

  /// The weights of one node under the names that PyTorch gives them in their module; `/lstm/LSTM_1` is its second layer.
  static SequencedMap<String, HostTensor> weights(NodeProto n, Map<String, HostTensor> constants) {
    int mark = n.getName().lastIndexOf('_');
    String layer = "_l" + (n.getName().matches(".*_\\d+") ? n.getName().substring(mark + 1) : "0");
    List<Integer> gates = GATES.get(n.getOpType());
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    int directions = constants.get(n.getInput(1)).shape().dim(0);
    for (int d = 0; d < directions; d++) {
      String suffix = layer + (d == 1 ? "_reverse" : "");
      for (int i = 1; i <= 3; i++) {
        HostTensor t = i < n.getInputCount() ? constants.get(n.getInput(i)) : null;
        if (t == null) {
          continue;
        }
        if (i < 3) {
          r.put((i == 1 ? "weight_ih" : "weight_hh") + suffix, reordered(t, d, 0, t.shape().dim(1), gates));
        } else {
          int half = t.shape().dim(1) / 2;
          r.put("bias_ih" + suffix, reordered(t, d, 0, half, gates));
          r.put("bias_hh" + suffix, reordered(t, d, half, half, gates));
        }
      }
    }
    return r;
  }

  /// Rows `from` to `from + rows - 1` of direction `d` of `t` [directions, rows, ...], their gates in PyTorch's order.
  private static HostTensor reordered(HostTensor t, int d, int from, int rows, List<Integer> gates) {
    List<Integer> dims = new ArrayList<>(t.shape().dims().subList(1, t.shape().rank()));
    dims.set(0, rows);
    HostTensor r = HostTensor.allocate(new TensorType(t.dtype(), new Shape(dims)));
    long width = t.shape().size(2, t.shape().rank());
    long hidden = rows / gates.size() * width;
    for (int g = 0; g < gates.size(); g++) {
      long source = ((long) d * t.shape().dim(1) + from) * width + gates.get(g) * hidden;
      for (long i = 0; i < hidden; i++) {
        r.set(g * hidden + i, t.at(source + i));
      }
    }
    return r;
  }
}
