package dlt.backend;

import dlt.graph.Autodiff;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Conv2d;
import dlt.op.Value;
import dlt.op.Variable;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Forward, backward and update of a small net as one program, some steps of it.
public final class SmallNet {
  private static final int BATCH = 19;
  public static final int STEPS = 5;

  private static final class Net {
    final GraphBuilder g = new GraphBuilder();
    final List<Value> parameters = new ArrayList<>();

    Value parameter(String name, int... dims) {
      Value v = g.variable(name, TensorType.float32(dims));
      parameters.add(v);
      return v;
    }

    Value linear(Value x, String name, int outputs, boolean relu) {
      Value w = parameter(name + ".weight", outputs, x.shape().dim(1));
      Value y = g.add(g.matmul(x, w, false, true), parameter(name + ".bias", outputs));
      return relu ? g.relu(y) : y;
    }

    /// Cross entropy of a convolution and two dense layers, and stochastic gradient descent with momentum.
    Graph graph() {
      Value images = g.input("x", TensorType.float32(BATCH, 2, 9, 9));
      Value w = parameter("conv.weight", 6, 2, 3, 3);
      Value b = parameter("conv.bias", 6);
      Value y = g.emit(new Conv2d(new Window(1, 1, 0, 0, 0, 0, 1, 1), 1), images, w);
      Value x = g.reshape(g.relu(g.add(y, g.reshape(b, Shape.of(1, 6, 1, 1)))), Shape.of(BATCH, 6 * 7 * 7));
      Value logits = linear(linear(x, "hidden", 33, true), "out", 5, false);
      Value picked = g.mul(g.logSoftmax(logits, 1), g.oneHot(g.input("y", TensorType.int64(BATCH)), 5, 1));
      Value loss = g.neg(g.mul(g.sum(picked), 1.0 / BATCH));
      g.output("loss", loss);
      List<Value> gradients = Autodiff.gradients(g, loss, parameters);
      for (int i = 0; i < parameters.size(); i++) {
        Value p = parameters.get(i);
        Value velocity = g.variable(((Variable) ((dlt.graph.Node) p).op()).name() + ".velocity", p.type());
        Value next = g.add(g.mul(velocity, 0.9), gradients.get(i));
        g.update(velocity, next);
        g.update(p, g.sub(p, g.mul(g.input("lr", TensorType.float32()), next)));
      }
      return g.build();
    }
  }

  private SmallNet() {}

  /// The loss of each step, then all variables.
  public static List<double[]> train(Backend backend) {
    Graph graph = new Net().graph();
    Map<String, Buffer> variables = new TreeMap<>();
    graph.variables().forEach(n -> {
      String name = ((Variable) n.op()).name();
      Buffer buffer = backend.allocate(n.type());
      HostTensor t = HostTensor.allocate(n.type());
      Philox random = new Philox(1, name.hashCode(), 0);
      for (long i = 0; i < t.size() && !name.endsWith("velocity"); i++) {
        t.set(i, 0.4 * random.uniform(i) - 0.2);
      }
      buffer.write(t);
      variables.put(name, buffer);
    });
    List<double[]> result = new ArrayList<>();
    try (Program program = backend.compile(graph, new HashMap<>(variables))) {
      HostTensor x = HostTensor.allocate(TensorType.float32(BATCH, 2, 9, 9));
      HostTensor y = HostTensor.allocate(TensorType.int64(BATCH));
      Philox random = new Philox(2, 0, 0);
      for (long i = 0; i < x.size(); i++) {
        x.set(i, 2 * random.uniform(i) - 1);
      }
      for (long i = 0; i < BATCH; i++) {
        y.setLong(i, i % 5);
      }
      program.input("x").write(x);
      program.input("y").write(y);
      for (int step = 0; step < STEPS; step++) {
        program.input("lr").write(HostTensor.of(Shape.SCALAR, 0.1f / (1 + step)));
        program.run();
        result.add(program.output("loss").read().toDoubles());
      }
    }
    variables.values().forEach(v -> result.add(v.read().toDoubles()));
    return result;
  }
}
