package dlt.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Buffer;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.backend.reference.ReferenceProgram;
import dlt.graph.Autodiff;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The gradients of layers that no golden case shows, against central differences in float64.
class LayerGradientsTest {
  private static final Shape SEQUENCES = Shape.of(2, 3, 4), TOKENS = Shape.of(2, 3);
  private static final double STEP = 1e-6;

  private static double[] random(int size, int stream) {
    Philox random = new Philox(3, Philox.Purpose.SYNTHETIC.stream(0), stream);
    double[] r = new double[size];
    Arrays.setAll(r, random::normal);
    return r;
  }

  /// Of the sequences `a` and of all parameters; the tokens `b` are indices, of which the first of one sequence are padding.
  @ParameterizedTest
  @ValueSource(strings = {"positional_encoding: {from: a}", "positional_encoding: {kind: learned, from: a}", "max: {dim: 1, from: a}", "abs: {from: a}", "upsample: {scale_factor: 1.5, mode: linear, from: a}", "sub: {from: [a, a]}",
      "narrow: {start: 1, length: 2, from: a}", "lstm: {hidden_size: 2, bidirectional: true, from: [a, b]}", "gru: {hidden_size: 2, output: last, from: [a, b]}",
      "mean: {dim: 1, from: a, as: s}\n- lstm: {hidden_size: 1, num_layers: 2, initial_state: true, output: state, from: [a, b, s]}",
      "mean: {dim: 1, from: a, as: s}\n- rnn: {hidden_size: 2, bidirectional: true, initial_state: true, from: [a, s]}",
      "mean: {dim: 1, from: a, as: s}\n- gru: {hidden_size: 4, initial_state: true, from: [a, s]}",
      "transformer_decoder_layer: {nhead: 2, dim_feedforward: 3, activation: tanh, from: [a, a, b]}", "reflection_pad1d: {padding: 1, from: a}",
      "circular_pad1d: {padding: [1, 2], from: a}", "lp_pool1d: {norm_type: 2, kernel_size: 2, stride: 1, from: a}", "lp_pool1d: {norm_type: 4, kernel_size: 2, stride: 1, from: a}", "masked_mean: {from: [a, b]}",
      "parameter: {shape: [1, 4], init: {normal: {std: 1}}, from: a, as: p}\n- mul: {from: [a, p]}",
      "linear: {out_features: 4, from: a, as: l}\n- linear: {out_features: 4, weight_of: l}",
      "multihead_attention: {num_heads: 2, from: [a, a, a, b]}", "permute: {dims: [0, 2, 1], from: a, as: t}\n- matmul: {from: [a, t]}",
      "scaled_dot_product_attention: {is_causal: true, from: [a, a, a]}", "narrow: {start: 0, length: 3, dim: 2, from: a}\n- relu: {as: m}\n- multihead_attention: {num_heads: 2, from: [a, a, a, m]}", "transformer_encoder_layer: {nhead: 2, dim_feedforward: 3, activation: tanh, from: [a, b]}"})
  void gradientsAreTheSlopesOfTheOutput(String layer) {
    BuiltModel m = BuiltModel.inference("- " + layer, SEQUENCES, TOKENS);
    Value input = m.graph.input("a", TensorType.float32(SEQUENCES));
    List<Value> by = new ArrayList<>(List.of(input));
    m.scope.parameters().values().forEach(p -> by.add(m.graph.variable(p.name(), TensorType.float32(p.shape()))));
    Value cotangent = m.graph.input("cotangent", m.output.type());
    List<Value> gradients = Autodiff.gradients(m.graph, m.output, cotangent, by);
    m.graph.output("f", m.graph.sum(m.graph.mul(m.output, cotangent)));
    for (int i = 0; i < by.size(); i++) {
      m.graph.output("d" + i, gradients.get(i));
    }
    ReferenceProgram program = new ReferenceBackend().compile(m.graph.build(), m.variables);
    if (program.inputs().contains("b")) {
      program.input("b").write(HostTensor.of(TOKENS, 0, 0, 4, 1, 2, 3));
    }
    program.input("cotangent").write(HostTensor.ofDoubles(m.output.shape(), random((int) m.output.shape().size(), 0)));
    List<ReferenceBuffer> at = new ArrayList<>(List.of(program.input("a")));
    for (String name : m.parameterNames()) {
      at.add((ReferenceBuffer) m.variables.get(name));
    }
    for (int i = 0; i < at.size(); i++) {
      Buffer moved = at.get(i);
      double[] x = random((int) moved.type().shape().size(), 1 + i);
      moved.write(HostTensor.ofDoubles(moved.type().shape(), x));
    }
    for (int i = 0; i < at.size(); i++) {
      double[] x = at.get(i).doubles().clone();
      double[] direction = random(x.length, 100 + i);
      double ahead = value(program, at.get(i), x, direction, STEP);
      double behind = value(program, at.get(i), x, direction, -STEP);
      value(program, at.get(i), x, direction, 0);
      double[] gradient = program.output("d" + i).doubles();
      double slope = 0;
      for (int k = 0; k < x.length; k++) {
        slope += gradient[k] * direction[k];
      }
      assertThat(slope).as("%s by number %d", layer, i).isCloseTo((ahead - behind) / (2 * STEP), within(1e-6 * (1 + Math.abs(slope))));
    }
  }

  private static double value(ReferenceProgram program, ReferenceBuffer moved, double[] x, double[] direction, double step) {
    double[] y = x.clone();
    for (int k = 0; k < y.length; k++) {
      y[k] += step * direction[k];
    }
    moved.write(HostTensor.ofDoubles(moved.type().shape(), y));
    program.run();
    return program.output("f").doubles()[0];
  }
}
