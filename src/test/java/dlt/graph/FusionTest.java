package dlt.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.op.Binary;
import dlt.op.Expand;
import dlt.op.Fill;
import dlt.op.Reduce;
import dlt.op.Unary;
import dlt.op.Value;
import dlt.op.Where;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FusionTest {
  private final GraphBuilder g = new GraphBuilder();

  private Value input(String name, int... dims) {
    return g.input(name, TensorType.float32(dims));
  }

  @Test
  void aChainIsOneGroupWithOneOutput() {
    Value x = input("x", 4, 5);
    g.output("y", g.tanh(g.add(g.mul(x, 2), 1)));
    List<Fusion.Group> groups = Fusion.groups(g.build());
    assertThat(groups).hasSize(1);
    assertThat(groups.getFirst().inputs()).containsExactly((Node) x);
    assertThat(groups.getFirst().nodes()).hasSize(3);
    assertThat(groups.getFirst().outputs()).hasSize(1);
  }

  @Test
  void aDiamondIsOneGroup() {
    Value x = input("x", 7);
    Value a = g.exp(x);
    g.output("y", g.add(g.tanh(a), g.sigmoid(a)));
    assertThat(Fusion.groups(g.build())).hasSize(1);
  }

  @Test
  void operandsThatBroadcastAreInputsAndExpansionsVanish() {
    Value x = input("x", 8, 3);
    Value b = input("b", 3);
    g.output("y", g.add(x, g.expand(b, Shape.of(8, 3))));
    List<Fusion.Unit> units = Fusion.schedule(g.build());
    assertThat(units).hasSize(3);
    assertThat(units.getLast().inputs()).containsExactlyInAnyOrder((Node) x, (Node) b);
  }

  @Test
  void valuesOfAnotherShapeAreComputedOnce() {
    Value x = input("x", 8, 3);
    Value b = g.exp(input("b", 3));
    g.output("y", g.add(x, b));
    assertThat(Fusion.groups(g.build())).extracting(Fusion.Group::shape).containsExactlyInAnyOrder(Shape.of(3), Shape.of(8, 3));
  }

  @Test
  void whatIsNeededAroundAnotherKernelIsNotJoinedAcrossIt() {
    Value x = input("x", 4, 4);
    Value a = g.exp(x);
    g.output("y", g.mul(g.matmul(a, a), a));
    assertThat(Fusion.groups(g.build())).hasSize(2);
  }

  @Test
  void aMaskForTheBackwardPassIsComputedThere() {
    Value x = input("x", 4, 4);
    Value y = g.relu(x);
    Value upstream = g.matmul(y, y);
    g.output("dx", g.mul(upstream, g.less(g.scalar(0), y)));
    List<Fusion.Group> groups = Fusion.groups(g.build());
    assertThat(groups).hasSize(2);
    assertThat(groups.getFirst().outputs()).containsExactly((Node) y);
  }

  @Test
  void anAdamUpdateIsOneGroup() {
    Value p = g.variable("p", TensorType.float32(3, 5));
    Value m = g.variable("m", TensorType.float32(3, 5));
    Value v = g.variable("v", TensorType.float32(3, 5));
    Value grad = input("grad", 3, 5);
    Value lr = input("lr");
    Value correction = input("correction");
    Value m2 = g.add(g.mul(m, 0.9), g.mul(grad, 0.1));
    Value v2 = g.add(g.mul(v, 0.999), g.mul(g.square(grad), 0.001));
    g.update(m, m2);
    g.update(v, v2);
    g.update(p, g.sub(p, g.div(g.mul(lr, m2), g.add(g.sqrt(g.mul(v2, correction)), 1e-8))));
    List<Fusion.Group> groups = Fusion.groups(g.build());
    assertThat(groups).hasSize(1);
    assertThat(groups.getFirst().outputs()).hasSize(3);
    assertThat(groups.getFirst().inputs()).hasSize(6);
  }

  @Test
  void comparisonsOfIndicesStayAlone() {
    Value a = g.input("a", TensorType.int64(6));
    Value b = g.input("b", TensorType.int64(6));
    g.output("y", g.mul(g.equal(a, b), input("x", 6)));
    assertThat(Fusion.groups(g.build())).hasSize(2);
  }

  @Test
  void aConstantThatOthersReadIsMadeAndOneThatOnlyGroupsReadIsNot() {
    Value x = input("x", 3);
    Value c = g.fill(Shape.of(3), 2);
    g.output("y", g.mul(x, c));
    assertThat(Fusion.schedule(g.build())).hasSize(2);
    g.output("s", g.sum(c));
    assertThat(Fusion.schedule(g.build())).hasSize(4);
  }

  @Test
  void aCheapValueIsComputedWhereItIsNeededInPlaceOfBeingKept() {
    Value x = input("x", 8, 3);
    Value mean = input("mean", 3);
    Value centered = g.sub(x, mean);
    Value spread = g.matmul(g.transpose(x, 1, 0), g.exp(centered));
    g.output("y", g.mul(centered, g.sum(spread)));
    List<Fusion.Group> groups = Fusion.groups(g.build());
    assertThat(groups).hasSize(2).allSatisfy(group -> assertThat(group.nodes()).contains((Node) centered));
    assertThat(groups).noneSatisfy(group -> assertThat(group.outputs()).contains((Node) centered));
  }

  @Test
  void aReductionOfWholeRunsEndsTheGroupOfItsOperand() {
    Value x = input("x", 2, 3, 4, 4);
    Value centered = g.sub(x, input("mean", 3, 1, 1));
    Value variance = g.sum(g.square(centered), List.of(0, 2, 3), true);
    g.output("y", g.div(centered, g.sqrt(variance)));
    List<Fusion.Unit> units = Fusion.schedule(g.build());
    assertThat(units).filteredOn(Fusion.Single.class::isInstance).hasSize(2);
    assertThat(units).filteredOn(u -> u.outputs().equals(List.of((Node) variance))).hasSize(1);
  }

  @Test
  void reductionsComeLastEvenWhereTheyWereEmittedInBetween() {
    Value x = input("x", 6);
    Value square = g.square(x);
    g.output("sum", g.sum(square));
    g.output("y", g.tanh(square));
    List<Fusion.Group> groups = Fusion.groups(g.build());
    assertThat(groups).hasSize(1);
    assertThat(groups.getFirst().nodes().getLast().op()).isInstanceOf(Reduce.class);
  }

  @Test
  void aReductionThatTheSameGroupReadsStaysOutsideOfIt() {
    Value x = g.exp(input("x", 5, 7));
    g.output("y", g.div(x, g.sum(x, List.of(1), true)));
    List<Fusion.Group> groups = Fusion.groups(g.build());
    assertThat(groups).hasSize(2);
    assertThat(groups.getFirst().outputs()).hasSize(2);
  }

  /// Every unit finds what it reads, every result is made, and every pointwise node is in a group.
  @Test
  void unitsNeverWaitForOneAnother() {
    for (int seed = 0; seed < 400; seed++) {
      Graph graph = random(new Random(seed));
      Set<Node> made = new HashSet<>();
      Set<Node> pointwise = new HashSet<>();
      for (Fusion.Unit unit : Fusion.schedule(graph)) {
        assertThat(made).as("seed %d: %s", seed, unit).containsAll(unit.inputs());
        made.addAll(unit.outputs());
        if (unit instanceof Fusion.Group group) {
          assertThat(group.nodes()).containsAll(group.outputs());
          assertThat(group.outputs()).isNotEmpty();
          for (Node n : group.nodes()) {
            pointwise.add(n);
            if (n.op() instanceof Reduce) {
              assertThat(group.nodes()).contains(n.inputs().getFirst());
              assertThat(n.inputs().getFirst().shape()).isEqualTo(group.shape());
              assertThat(group.outputs()).contains(n);
              assertThat(group.nodes()).noneMatch(user -> user.inputs().contains(n));
              continue;
            }
            assertThat(n.shape()).isEqualTo(group.shape());
            for (Node operand : n.inputs()) {
              Node source = Fusion.source(operand);
              assertThat(source.op() instanceof Fill || group.inputs().contains(source) || group.nodes().contains(source)).isTrue();
            }
          }
        }
      }
      assertThat(made).containsAll(graph.outputs().values());
      graph.nodes().stream().filter(n -> n.op() instanceof Unary || n.op() instanceof Binary || n.op() instanceof Where)
          .filter(n -> n.dtype() == DType.FLOAT32).forEach(n -> assertThat(pointwise).contains(n));
    }
  }

  private static Graph random(Random random) {
    GraphBuilder g = new GraphBuilder();
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      values.add(g.input("x" + i, TensorType.float32(4, 4)));
    }
    values.add(g.input("b", TensorType.float32(4)));
    int n = 5 + random.nextInt(60);
    for (int i = 0; i < n; i++) {
      Value a = values.get(random.nextInt(values.size()));
      Value b = values.get(random.nextInt(values.size()));
      values.add(switch (random.nextInt(9)) {
        case 0 -> g.tanh(a);
        case 1, 2, 3 -> g.add(a, b);
        case 4 -> g.mul(a, 0.5);
        case 5 -> g.where(g.less(a, b), a, b);
        case 6 -> a.shape().rank() == 2 && b.shape().rank() == 2 ? g.matmul(a, b) : g.exp(a);
        case 7 -> a.shape().rank() == 2 ? g.sum(a, List.of(random.nextInt(2)), false) : g.expand(a, Shape.of(4, 4));
        default -> a.shape().rank() == 2 ? g.emit(new Expand(Shape.of(4, 4)), b) : g.neg(a);
      });
      if (random.nextInt(10) == 0) {
        g.output("y" + i, values.getLast());
      }
    }
    g.output("y", values.getLast());
    return g.build();
  }
}
