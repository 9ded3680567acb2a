package dlt.layer;

import static dlt.layer.TorchValuesTest.close;
import static dlt.layer.TorchValuesTest.model;
import static dlt.layer.TorchValuesTest.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceProgram;
import dlt.graph.Autodiff;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Spatial transformers beside the numbers of PyTorch 2.13 in float64: grid_sample of the images cos(i) of shape [1, 2, 3, 4] at
/// [#PLACES], and the gradients of sum(y * sin(i)).
class SpatialTransformerTest {
  private static final Shape IMAGES = Shape.of(1, 2, 3, 4), GRID = Shape.of(1, 2, 3, 2);
  private static final double[] PLACES = {-1.2, -0.9, 0.05, 0.3, 0.8, 1.15, -0.35, 0.6, 0.51, -0.72, 1.6, 0.1};

  private record Found(double[] y, double[] byImage, double[] byPlace) {}

  private static Found run(String arguments, Shape grid, double[] places) {
    BuiltModel m = BuiltModel.inference("- grid_sample: {" + arguments + "from: [a, b]}", IMAGES, grid);
    int size = (int) m.output.shape().size();
    Value cotangent = m.graph.literal(HostTensor.ofDoubles(m.output.shape(), numbers(size, Math::sin)));
    List<Value> gradients = Autodiff.gradients(m.graph, m.output, cotangent, List.of(m.scope.named("a").orElseThrow(), m.scope.named("b").orElseThrow()));
    m.graph.output("y", m.output);
    m.graph.output("dx", gradients.get(0));
    m.graph.output("dg", gradients.get(1));
    ReferenceProgram program = new ReferenceBackend().compile(m.graph.build(), m.variables);
    program.input("a").write(HostTensor.ofDoubles(IMAGES, numbers(24, Math::cos)));
    program.input("b").write(HostTensor.ofDoubles(grid, places));
    program.run();
    return new Found(program.output("y").doubles(), program.output("dx").doubles(), program.output("dg").doubles());
  }

  private static List<Arguments> cases() {
    return List.of(
        Arguments.of("mode: bilinear, padding_mode: zeros, align_corners: false, ",
          new double[] {
            0.06500000000000004, -0.01129088459335363, 0.0010953602520425707, -0.6725836922227322, -0.6573828533928712, 0.0,
            0.05485050731761203, -0.21121211061772535, -0.13187617253251604, -0.3620765528856582, -0.3030515419510808, 0.0},
          new double[] {
            0.0, 0.0, -0.33420398192798106, -0.3620543137553129, 0.00282240016119734, 0.1964132173025265, 0.2776854249866058,
            0.0, 0.025401601450776096, 0.25307118306852583, 0.22719716589813216, 0.2250511131393565, -0.018162007382930192,
            0.0, -0.24023972256874568, -0.2602596994494745, 0.008242369704835118, 0.177506530537474, 0.21680557757720037,
            0.0, 0.07418132734351618, 0.4149828971434469, 0.17738638165407314, 0.2448661660392873},
          new double[] {
            -0.30652163657228765, -0.0353678811429563, 1.0894185000454535, -3.054984086966282, 0.28772615682120717,
            0.7062369303793257, -0.8208074888537373, -0.1467593209253381, 1.6964101224708716, 1.0799599244500016, 0.0, 0.0}),
        Arguments.of("mode: bilinear, padding_mode: zeros, align_corners: true, ",
          new double[] {
            0.5842449465395473, 0.20994909339609777, -0.21132994961160506, -0.43110188758764323, -0.15557288198719427,
            0.06789545987077768, 0.46459183037883317, -0.058412341233776914, -0.572025657829004, -0.43119068294735285,
            0.13666794332820495, 0.08365508543346595},
          new double[] {
            0.0, 0.0, -0.4004998805169555, -0.14439791610475275, 0.0014112000805986667, 0.3053744211236973,
            0.18294211785080683, -0.14245792987153044, 0.002116800120898001, 0.18984275527802913, 0.37702458871991096,
            0.5314427262146495, -0.17603176386532332, 0.0, -0.2878959718826544, -0.1037992279576918, -0.015437900021507259,
            0.3561797223631247, 0.15247756136328033, -0.13036548501755424, 0.006181777278626328, 0.32485510520307326,
            0.3656165411679534, 0.5786682546754053},
          new double[] {
            -0.278173195166684, 0.3523595425601007, 1.1366391459835044, -2.0011476945386972, 1.5671619217041104,
            0.8918824485250862, -0.20363280478697102, -0.2580511963376323, 0.9862497514412616, -1.5767331005106429,
            2.231413061567019, 0.22402140005983315}),
        Arguments.of("mode: bilinear, padding_mode: border, align_corners: false, ",
          new double[] {
            1.0, -0.01129088459335363, 0.004425697988050785, -0.6725836922227322, -0.71454657977486, 0.6414807708900164,
            0.8438539587324921, -0.21121211061772535, -0.5328330203333975, -0.3620765528856582, -0.329403849946827,
            0.760473972408659},
          new double[] {
            0.0, 0.0, -0.3632651977478055, -0.3935372975601227, 0.00282240016119734, 0.1964132173025265, 0.2776854249866058,
            -0.8150856334636676, 0.025401601450776096, 0.25307118306852583, 0.22719716589813216, 0.7654587856262108,
            -0.27941549819892586, 0.0, -0.2611301332268975, -0.2828909776624723, 0.008242369704835118, 0.177506530537474,
            0.21680557757720037, -0.8499916755680978, 0.07418132734351618, 0.4149828971434469, 0.17738638165407314,
            0.8393597156407762},
          new double[] {
            -0.0, 0.0, 1.0894185000454535, -3.054984086966282, 0.0, 0.0, -0.8208074888537373, -0.1467593209253381,
            1.8439240461639907, -0.0, 0.0, 3.3603210008975095}),
        Arguments.of("mode: bilinear, padding_mode: border, align_corners: true, ",
          new double[] {
            0.8346356379136388, 0.20994909339609777, -0.24862347013130007, -0.43110188758764323, -0.15557288198719427,
            0.6789545987077792, 0.6637026148269045, -0.058412341233776914, -0.6729713621517693, -0.43119068294735285,
            0.13666794332820495, 0.8365508543346625},
          new double[] {
            0.0, 0.0, -0.4004998805169555, -0.14439791610475275, 0.0014112000805986667, 0.3053744211236973,
            0.18294211785080683, -0.9191865923486728, 0.002116800120898001, 0.18984275527802913, 0.4179429729270665,
            0.5406157713116635, -0.2514739483790333, 0.0, -0.2878959718826544, -0.1037992279576918, -0.02382036496747503,
            0.3561797223631247, 0.15247756136328033, -0.9403575523236244, 0.006181777278626328, 0.32485510520307326,
            0.4101376622660055, 0.5925517519812971},
          new double[] {
            -0.0, 0.5033707750858581, 1.1366391459835044, -2.0011476945386972, 1.8437199078871886, 0.0, -0.20363280478697102,
            -0.2580511963376323, 0.9862497514412616, -1.5767331005106429, 0.0, 2.2402140005983395}),
        Arguments.of("mode: nearest, padding_mode: zeros, align_corners: false, ",
          new double[] {
            0.0, 0.960170286650366, 0.0, -0.9111302618846769, -0.9899924966004454, 0.0, 0.0, 0.6603167082440802, 0.0,
            -0.5477292602242684, -0.7596879128588213, 0.0},
          new double[] {
            0.0, 0.0, 0.0, -0.7568024953079282, 0.0, 0.0, 0.8414709848078965, 0.0, 0.0, 0.1411200080598672, 0.0, 0.0, 0.0,
            0.0, 0.0, -0.5440211108893698, 0.0, 0.0, 0.6569865987187891, 0.0, 0.0, 0.4121184852417566, 0.0, 0.0},
          new double[] {
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}),
        Arguments.of("mode: nearest, padding_mode: zeros, align_corners: true, ",
          new double[] {
            1.0, 0.960170286650366, 0.004425697988050785, -0.9111302618846769, -0.4161468365471424, 0.0, 0.8438539587324921,
            0.6603167082440802, -0.5328330203333975, -0.5477292602242684, 0.1367372182078336, 0.0},
          new double[] {
            0.0, 0.0, -0.7568024953079282, 0.0, 0.0, 0.0, 0.8414709848078965, 0.0, 0.0, 0.1411200080598672, 0.0,
            0.9092974268256817, -0.27941549819892586, 0.0, -0.5440211108893698, 0.0, 0.0, 0.0, 0.6569865987187891, 0.0, 0.0,
            0.4121184852417566, 0.0, 0.9893582466233818},
          new double[] {
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}),
        Arguments.of("mode: nearest, padding_mode: border, align_corners: false, ",
          new double[] {
            1.0, 0.960170286650366, 0.004425697988050785, -0.9111302618846769, -0.9899924966004454, 0.7539022543433046,
            0.8438539587324921, 0.6603167082440802, -0.5328330203333975, -0.5477292602242684, -0.7596879128588213,
            0.9887046181866692},
          new double[] {
            0.0, 0.0, 0.0, -0.7568024953079282, 0.0, 0.0, 0.8414709848078965, -0.9589242746631385, 0.0, 0.1411200080598672,
            0.0, 0.9092974268256817, -0.27941549819892586, 0.0, 0.0, -0.5440211108893698, 0.0, 0.0, 0.6569865987187891,
            -0.9999902065507035, 0.0, 0.4121184852417566, 0.0, 0.9893582466233818},
          new double[] {
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}),
        Arguments.of("mode: nearest, padding_mode: border, align_corners: true, ",
          new double[] {
            1.0, 0.960170286650366, 0.004425697988050785, -0.9111302618846769, -0.4161468365471424, 0.7539022543433046,
            0.8438539587324921, 0.6603167082440802, -0.5328330203333975, -0.5477292602242684, 0.1367372182078336,
            0.9887046181866692},
          new double[] {
            0.0, 0.0, -0.7568024953079282, 0.0, 0.0, 0.0, 0.8414709848078965, -0.9589242746631385, 0.0, 0.1411200080598672,
            0.0, 0.9092974268256817, -0.27941549819892586, 0.0, -0.5440211108893698, 0.0, 0.0, 0.0, 0.6569865987187891,
            -0.9999902065507035, 0.0, 0.4121184852417566, 0.0, 0.9893582466233818},
          new double[] {
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void imagesAreSampledAsPyTorchDoes(String arguments, double[] y, double[] byImage, double[] byPlace) {
    Found found = run(arguments, GRID, PLACES);
    close(found.y, y);
    close(found.byImage, byImage);
    close(found.byPlace, byPlace);
  }

  /// Where a place is a pixel, the slope is that to the right.
  @Test
  void placesOnPixelsHaveTheSlopesOfPyTorch() {
    double[] grid = model("affine_grid: {size: [3, 4], align_corners: true}", Shape.of(1, 6)).run(new double[] {1, 0, 0, 0, 1, 0});
    Found found = run("align_corners: true, ", Shape.of(1, 3, 4, 2), GRID_OF_THE_IMAGE);
    assertThat(grid).usingComparatorWithPrecision(1e-12).containsExactly(GRID_OF_THE_IMAGE);
    close(found.y, numbers(24, Math::cos));
    close(found.byPlace,
            -0.051183279674284224, 0.9666433228112106, -1.6929764328425305, -0.7128490044906078, -2.11470256611888,
            1.7701433127404942, 0.9505853417188407, 1.383056844069149, -1.358772414098881, -0.7777658543463832,
            -2.3221323156699762, 1.407759674894729, -0.2834709710269505, 1.7495833029368453, -0.9652319508031917,
            -0.7204398692378544, -2.445128980585756, -0.2286049219071417, -0.5229980309205969, 0.8337543973436549,
            -0.6945224867839948, -0.46532358791652056, -0.6697027787688039, -0.4464685191792026);
  }

  private static final double[] GRID_OF_THE_IMAGE = {-1, -1, -1 / 3.0, -1, 1 / 3.0, -1, 1, -1, -1, 0, -1 / 3.0, 0, 1 / 3.0, 0, 1, 0, -1, 1, -1 / 3.0, 1, 1 / 3.0, 1, 1, 1};

  /// torch.nn.functional.affine_grid of [[0.9, -0.4, 0.2], [0.3, 1.2, -0.1]] for 2 x 3 pixels.
  @Test
  void affineMapsSayWhereEachPixelComesFrom() {
    double[] map = {0.9, -0.4, 0.2, 0.3, 1.2, -0.1};
    close(model("affine_grid: {size: [2, 3]}", Shape.of(1, 6)).run(map),
            -0.19999999999999996, -0.8999999999999999, 0.4, -0.7, 1.0, -0.5, -0.6000000000000001, 0.30000000000000004, 0.0,
            0.5, 0.6, 0.7);
    close(model("affine_grid: {size: [2, 3], align_corners: true}", Shape.of(1, 2, 3)).run(map),
            -0.3, -1.6, 0.6000000000000001, -1.3, 1.5, -0.9999999999999999, -1.1, 0.7999999999999999, -0.2,
            1.0999999999999999, 0.7, 1.4);
  }

  @Test
  void whatIsNoImageNoGridOrNoMapIsRefused() {
    assertThatThrownBy(() -> model("grid_sample", IMAGES)).hasMessageContaining("name them, `from: [image, grid]`");
    assertThatThrownBy(() -> model("grid_sample: {from: [a, b]}", IMAGES, IMAGES)).hasMessageContaining("needs images [N, C, H, W] and a grid [N, h, w, 2], met [1, 2, 3, 4] and [1, 2, 3, 4]");
    assertThatThrownBy(() -> model("affine_grid: [2, 3]", Shape.of(1, 5))).hasMessageContaining("needs maps [N, 6] or [N, 2, 3], met [1, 5]");
    assertThatThrownBy(() -> model("affine_grid: [0, 3]", Shape.of(1, 6))).hasMessageContaining("`size`");
  }
}
