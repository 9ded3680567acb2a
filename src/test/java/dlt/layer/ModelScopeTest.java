package dlt.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dlt.graph.GraphBuilder;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ModelScopeTest {
  private static final Shape ROWS = Shape.of(4, 3);
  private static final Shape IMAGES = Shape.of(2, 3, 8, 8);

  private static LayerException failure(String yaml, Shape... inputs) {
    return catchThrowableOfType(LayerException.class, () -> BuiltModel.inference(yaml, inputs));
  }

  @Test
  void parametersAreNamedAsPyTorchsSequentialNamesThem() {
    BuiltModel m = BuiltModel.inference("""
        - linear: 5
        - relu
        - batch_norm
        - sequential: [{linear: {out_features: 2, bias: false}}, {sequential: [{linear: 1}]}]
        """, ROWS);
    assertThat(m.parameterNames()).containsExactly(
        "0.weight", "0.bias", "2.weight", "2.bias", "3.0.weight", "3.1.0.weight", "3.1.0.bias");
    assertThat(m.scope.buffers().keySet()).containsExactly("2.running_mean", "2.running_var", "2.num_batches_tracked");
  }

  @Test
  void anAsNameStandsInPlaceOfTheIndex() {
    BuiltModel m = BuiltModel.inference("""
        - linear: {out_features: 5, as: stem}
        - sequential: {layers: [{linear: {out_features: 2, as: fc}}, {linear: 1}], as: head.first}
        """, ROWS);
    assertThat(m.parameterNames()).containsExactly(
        "stem.weight", "stem.bias", "head.first.fc.weight", "head.first.fc.bias", "head.first.1.weight", "head.first.1.bias");
  }

  @Test
  void fromAppliesALayerToAnEarlierOutputOrToAnInput() {
    BuiltModel m = BuiltModel.inference("""
        - threshold: {threshold: 0, value: -1, as: t}
        - sum: {dim: 1, keepdim: true}
        - add: {from: [t, a]}
        """, Shape.of(1, 2));
    assertThat(m.run(new double[] {-3, 4})).containsExactly(-4, 8);
  }

  @Test
  void namesOutsideAreSeenInsideButNotTheOtherWayRound() {
    BuiltModel m = BuiltModel.inference("""
        - identity: {as: x}
        - sequential: [{tanh: {as: y}}, {add: {from: [x, y]}}]
        """, Shape.of(1, 1));
    assertThat(m.run(new double[] {1})[0]).isCloseTo(1 + Math.tanh(1), within(1e-12));
    assertThat(failure("""
        - sequential: [{tanh: {as: y}}]
        - relu: {from: y}
        """, ROWS)).hasMessageContaining("`from` names 'y', which no layer before this one has");
  }

  @Test
  void aNameThatNobodyHasIsRefusedWithThoseThatAreKnown() {
    LayerException e = failure("- linear: {out_features: 2, as: x}\n- relu: {from: other}", ROWS);
    assertThat(e).hasMessageContaining("'other'").hasMessageContaining("known: a, x");
    assertThat(failure("- relu: {as: trunk}\n- relu: {from: trnk}", ROWS)).hasMessageContaining("did you mean trunk?");
    assertThat(e.placed().layer()).isEqualTo(new Relu());
  }

  @Test
  void aLayerThatComesLaterCannotBeNamed() {
    assertThat(failure("- relu: {from: y}\n- tanh: {as: y}", ROWS)).hasMessageContaining("sees only what comes before it");
    assertThat(failure("- relu: {from: y, as: y}", ROWS)).hasMessageContaining("sees only what comes before it");
    assertThat(failure("- sequential: [{relu: {from: y}}]\n- tanh: {as: y}", ROWS)).hasMessageContaining("sees only what comes before it");
  }

  @Test
  void aNameIsGivenOnce() {
    assertThat(failure("- relu: {as: x}\n- tanh: {as: x}", ROWS)).hasMessageContaining("'x' is taken");
    assertThat(failure("- relu: {as: '1'}\n- tanh", ROWS)).hasMessageContaining("'1' is taken");
    assertThat(failure("- relu: {as: a}", ROWS)).hasMessageContaining("'a' is taken");
    assertThat(failure("- linear: {out_features: 3, as: x.0}\n- sequential: {layers: [{linear: 3}], as: x}", ROWS))
        .hasMessageContaining("x.0.weight is kept by another layer already");
  }

  @Test
  void severalInputsNeedFrom() {
    assertThat(failure("- relu", ROWS, ROWS)).hasMessageContaining("several inputs (a, b)");
    assertThat(failure("- relu: {from: [a, b]}", ROWS, ROWS)).hasMessageContaining("relu is applied to one output, found 2: a, b");
    assertThat(failure("- concat: {from: a}", ROWS, ROWS)).hasMessageContaining("from: [a, b]");
  }

  @Test
  void shapeErrorsNameTheLayerAndCarryIt() {
    LayerException e = failure("- flatten\n- sequential: {layers: [{conv2d: {out_channels: 2, kernel_size: 3}}], as: body}", IMAGES);
    assertThat(e).hasMessage("layer body.0: [conv2d] needs images [N, C, H, W], met [2, 192]");
    assertThat(e.placed().layer()).isInstanceOf(Conv2d.class);
  }

  @Test
  void aResidualAddsItsInput() {
    BuiltModel m = BuiltModel.inference("- residual: {body: [tanh]}", Shape.of(1, 1));
    assertThat(m.run(new double[] {2})[0]).isCloseTo(2 + Math.tanh(2), within(1e-12));
    assertThat(failure("- residual: [{linear: 5}]", ROWS)).hasMessageContaining("shortcut: project");
  }

  @Test
  void aResidualProjectsWhereShapesDiffer() {
    BuiltModel m = BuiltModel.inference("""
        - residual:
            shortcut: project
            body: [{conv2d: {out_channels: 6, kernel_size: 3, stride: 2, padding: 1, bias: false}}, batch_norm]
            as: layer1
        - residual: {shortcut: project, body: [{conv2d: {out_channels: 6, kernel_size: 1}}]}
        """, IMAGES);
    assertThat(m.parameterNames()).containsExactly("layer1.0.weight", "layer1.1.weight", "layer1.1.bias", "layer1.downsample.0.weight",
        "layer1.downsample.1.weight", "layer1.downsample.1.bias", "1.0.weight", "1.0.bias");
    assertThat(m.output.shape()).isEqualTo(Shape.of(2, 6, 4, 4));
    assertThat(failure("- residual: {shortcut: project, body: [{conv2d: {out_channels: 6, kernel_size: 3}}]}", IMAGES))
        .hasMessageContaining("no stride of a 1x1 convolution takes the input [2, 3, 8, 8] to the body's output [2, 6, 6, 6]");
  }

  @Test
  void parallelBranchesAreJoined() {
    BuiltModel m = BuiltModel.inference("""
        - parallel: {branches: [[{conv2d: {out_channels: 4, kernel_size: 1}}], [relu, {conv2d: {out_channels: 2, kernel_size: 3, padding: 1}}], []]}
        """, IMAGES);
    assertThat(m.parameterNames()).containsExactly("0.0.0.weight", "0.0.0.bias", "0.1.1.weight", "0.1.1.bias");
    assertThat(m.output.shape()).isEqualTo(Shape.of(2, 9, 8, 8));
    assertThat(BuiltModel.inference("- parallel: {branches: [[tanh], []], merge: mul}", Shape.of(1, 1)).run(new double[] {2})[0])
        .isCloseTo(2 * Math.tanh(2), within(1e-12));
  }

  @Test
  void namedBranchesPrefixTheirParameters() {
    BuiltModel m = BuiltModel.inference("- parallel: {branches: [[{linear: 2}], [tanh]], names: [branch1x1, branch_pool], as: Mixed_5b}", ROWS);
    assertThat(m.parameterNames()).containsExactly("Mixed_5b.branch1x1.0.weight", "Mixed_5b.branch1x1.0.bias");
  }

  @Test
  void repeatMakesNewWeightsEachTime() {
    BuiltModel m = BuiltModel.inference("- repeat: {times: 2, layers: [{linear: 3}, relu]}", ROWS);
    assertThat(m.parameterNames()).containsExactly("0.0.0.weight", "0.0.0.bias", "0.1.0.weight", "0.1.0.bias");
  }

  @Test
  void aModuleHasTheSameWeightsWhereverItStands() {
    BuiltModel m = BuiltModel.inference("""
        - shared: {module: tower, layers: [{linear: 2}, tanh], from: a, as: ea}
        - sequential: {layers: [{shared: {module: tower, layers: [{linear: 2}, tanh]}}], from: b, as: eb}
        - pairwise_distance: {from: [ea, eb], eps: 0}
        """, ROWS, ROWS);
    assertThat(m.parameterNames()).containsExactly("tower.0.weight", "tower.0.bias");
    assertThat(m.run(BuiltModel.range(12), BuiltModel.range(12))).containsOnly(0);
    assertThat(m.scope.layers().stream().mapToLong(Applied::parameters).sum()).isEqualTo(8);
    assertThat(failure("- shared: {module: t, layers: [{linear: 2}]}\n- linear: {out_features: 2, as: t.0}", ROWS))
        .hasMessageContaining("t.0.weight is kept by another layer");
    assertThat(failure("- shared: {module: t, layers: [{linear: 2}]}\n- shared: {module: t, layers: [{linear: 2}]}", ROWS))
        .hasMessageContaining("t.0.weight is shared: [2, 3] met [2, 2]");
  }

  @Test
  void aSharedBatchNormFollowsOneBatchAfterTheOther() {
    BuiltModel m = BuiltModel.training("""
        - shared: {module: m, layers: [batch_norm], from: a, as: x}
        - shared: {module: m, layers: [batch_norm], from: b, as: y}
        - add: {from: [x, y]}
        """, Shape.of(2, 1), Shape.of(2, 1));
    m.run(new double[] {1, 3}, new double[] {10, 20});
    assertThat(m.variable("m.0.running_mean")[0]).isCloseTo(0.9 * (0.1 * 2) + 0.1 * 15, within(1e-12));
    assertThat(m.variable("m.0.running_var")[0]).isCloseTo(0.9 * (0.9 + 0.1 * 2) + 0.1 * 50, within(1e-12));
    assertThat(m.variable("m.0.num_batches_tracked")).containsExactly(2);
  }

  @Test
  void theListOfLayersNamesEachOnceWithItsOwnParameters() {
    BuiltModel m = BuiltModel.inference("- sequential: [{linear: 5}, batch_norm]\n- linear: {out_features: 2, as: head}", ROWS);
    assertThat(m.scope.layers().stream().map(a -> a.name() + " " + a.kind() + " " + a.output() + " " + a.parameters())).containsExactly(
        "0 sequential [4, 5] 0", "0.0 linear [4, 5] 20", "0.1 batch_norm [4, 5] 10", "head linear [4, 2] 12");
  }

  @Test
  void outermostNamesAreOutputs() {
    BuiltModel m = BuiltModel.inference("- linear: {out_features: 5, as: x}\n- relu", ROWS);
    assertThat(m.scope.named("x").orElseThrow().shape()).isEqualTo(Shape.of(4, 5));
    assertThat(m.scope.named("y")).isEmpty();
    assertThat(m.scope.names()).isEqualTo(List.of("a", "x"));
  }

  @Test
  void aResNet18HasTorchvisionsParameters() {
    StringBuilder yaml = new StringBuilder("""
        - conv2d: {out_channels: 64, kernel_size: 7, stride: 2, padding: 3, bias: false, as: conv1}
        - batch_norm: {as: bn1}
        - relu
        - max_pool2d: {kernel_size: 3, stride: 2, padding: 1}
        """);
    List<String> names = new ArrayList<>(List.of("conv1.weight", "bn1.weight", "bn1.bias"));
    for (int block = 0; block < 8; block++) {
      String name = "layer" + (1 + block / 2) + "." + block % 2;
      boolean smaller = block % 2 == 0 && block > 0;
      yaml.append(String.format(Locale.ROOT, """
          - residual:
              as: %1$s
              shortcut: project
              body:
                - conv2d: {out_channels: %2$d, kernel_size: 3, stride: %3$d, padding: 1, bias: false, as: conv1}
                - batch_norm: {as: bn1}
                - relu
                - conv2d: {out_channels: %2$d, kernel_size: 3, padding: 1, bias: false, as: conv2}
                - batch_norm: {as: bn2}
          - relu
          """, name, 64 << block / 2, smaller ? 2 : 1));
      for (String part : smaller ? new String[] {"conv1", "bn1", "conv2", "bn2", "downsample.0", "downsample.1"}
          : new String[] {"conv1", "bn1", "conv2", "bn2"}) {
        names.add(name + "." + part + ".weight");
        if (part.startsWith("bn") || part.equals("downsample.1")) {
          names.add(name + "." + part + ".bias");
        }
      }
    }
    yaml.append("- adaptive_avg_pool2d: 1\n- flatten\n- linear: {out_features: 1000, as: fc}\n");
    names.addAll(List.of("fc.weight", "fc.bias"));
    GraphBuilder graph = new GraphBuilder();
    ModelScope scope = new ModelScope(graph, false, null);
    scope.input("x", graph.input("x", TensorType.float32(1, 3, 224, 224)));
    assertThat(scope.apply(TorchModule.layers(yaml.toString())).shape()).isEqualTo(Shape.of(1, 1000));
    assertThat(scope.parameters().keySet()).containsExactlyElementsOf(names);
    assertThat(scope.parameters().values().stream().mapToLong(p -> p.shape().size()).sum()).isEqualTo(11_689_512);
  }
}
