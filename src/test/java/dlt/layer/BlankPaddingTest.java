package dlt.layer;

import static dlt.layer.TorchValuesTest.close;
import static dlt.layer.TorchValuesTest.model;
import static dlt.layer.TorchValuesTest.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceProgram;
import dlt.graph.Autodiff;
import dlt.loss.Ctc;
import dlt.loss.Reduction;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BlankPaddingTest {
  private static final Shape SCORES = Shape.of(2, 5, 4), LENGTHS = Shape.of(2);

  /// torch.nn.functional.ctc_loss of PyTorch 2.13 in float64: of log_softmax of 2 cos(i), input_lengths [3, 5], the labels [1, 2] and [3]; and
  /// the gradients of its sum.
  @Test
  void ctcOfPaddedStepsIsThatOfTheLengthsOfItsInputs() {
    BuiltModel m = BuiltModel.inference("- log_softmax: {dim: 2, from: a, as: scores}\n- blank_padding: {from: [scores, b]}", SCORES, LENGTHS);
    Value labels = m.graph.literal(HostTensor.of(Shape.of(2, 2), 1L, 2L, 3L, 0L));
    Value losses = new Ctc(2, 0, false, Reduction.NONE).emit(m.graph, List.of(m.output), Optional.of(labels));
    m.graph.output("losses", losses);
    m.graph.output("gradient", Autodiff.gradients(m.graph, m.graph.sum(losses), List.of(m.scope.named("a").orElseThrow())).getFirst());
    ReferenceProgram program = new ReferenceBackend().compile(m.graph.build(), m.variables);
    program.input("a").write(HostTensor.ofDoubles(SCORES, numbers(40, i -> 2 * Math.cos(i))));
    program.input("b").write(HostTensor.of(LENGTHS, 3f, 5f));
    program.run();
    close(program.output("losses").doubles(), 2.6209580332388467, 5.053979312812234);
    close(program.output("gradient").doubles(),
            0.5684180040695622, -0.6209563299964618, 0.03988126395126901, 0.012657061975630615, 0.013565017663309122,
            -0.020519571440108436, -0.3307710621708668, 0.3377256159476661, -0.3177272352555377, 0.07680583946901912,
            -0.23841018421989674, 0.47933158000641524, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.23441782531620725,
            0.10870681355049285, 0.04400007515474679, 0.08171093661096761, -0.6200427518972226, 0.5260905239329099,
            0.264252825598652, -0.17030059763433933, -0.02526532358501174, 0.02813380889030978, 0.17098741813334864,
            -0.17385590343864668, -0.11163342197006251, 0.1469878844357818, 0.027653798859041633, -0.06300826132476094,
            -0.8485871576967859, 0.3336027899605199, 0.4874902147089398, 0.027494153027326256);
  }

  @Test
  void stepsBehindTheLengthAreSurelyBlank() {
    double[] y = model("blank_padding: {blank: 1, from: [a, b]}", Shape.of(2, 2, 2), Shape.of(2, 1)).run(new double[] {-1, -2, -3, -4, -5, -6, -7, -8}, new double[] {1, 0});
    assertThat(y).containsExactly(-1, -2, (float) -1e30, 0, (float) -1e30, 0, (float) -1e30, 0);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> model("blank_padding", SCORES)).hasMessageContaining("name them, `from: [scores, lengths]`");
    assertThatThrownBy(() -> model("blank_padding: {from: [a, b]}", SCORES, SCORES)).hasMessageContaining("needs log-probabilities [N, T, C] and lengths [N], met [2, 5, 4] and [2, 5, 4]");
    assertThatThrownBy(() -> model("blank_padding: {blank: 4, from: [a, b]}", SCORES, LENGTHS)).hasMessageContaining("have classes 0 to 3, and `blank` is 4");
  }
}
