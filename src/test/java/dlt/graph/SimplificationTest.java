package dlt.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.op.Binary;
import dlt.op.Fill;
import dlt.op.Op;
import dlt.op.Reshape;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimplificationTest {
  private final GraphBuilder g = new GraphBuilder();
  private final Value x = g.input("x", TensorType.float32(2, 3));
  private final Value row = g.input("row", TensorType.float32(3));

  private static Op op(Value v) {
    return ((Node) v).op();
  }

  private static List<Node> inputs(Value v) {
    return ((Node) v).inputs();
  }

  @Test
  void neutralOperandsVanish() {
    assertThat(g.mul(x, 1)).isSameAs(x);
    assertThat(g.mul(g.scalar(1), x)).isSameAs(x);
    assertThat(g.mul(x, g.fill(Shape.of(2, 3), 1))).isSameAs(x);
    assertThat(g.div(x, 1)).isSameAs(x);
    assertThat(g.sub(x, 0)).isSameAs(x);
    assertThat(g.pow(x, 1)).isSameAs(x);
    assertThat(g.pow(x, 2)).isSameAs(g.mul(x, x));
    assertThat(g.neg(g.neg(x))).isSameAs(x);
  }

  @Test
  void neutralOperandsThatBroadcastStay() {
    assertThat(g.mul(row, g.fill(Shape.of(2, 3), 1)).shape()).isEqualTo(Shape.of(2, 3));
    assertThat(g.sub(g.scalar(0), x)).isNotSameAs(x);
    assertThat(g.div(g.scalar(1), x)).isNotSameAs(x);
  }

  @Test
  void whatChangesSpecialValuesStays() {
    assertThat(op(g.mul(x, 0))).isEqualTo(new Binary(Binary.Kind.MUL));
    assertThat(op(g.add(x, 0))).isEqualTo(new Binary(Binary.Kind.ADD));
    assertThat(op(g.sub(x, -0.0))).isEqualTo(new Binary(Binary.Kind.SUB));
    assertThat(op(g.sub(x, x))).isEqualTo(new Binary(Binary.Kind.SUB));
  }

  @Test
  void constantsFold() {
    assertThat(op(g.mul(g.scalar(2), g.fill(Shape.of(2), 3)))).isEqualTo(new Fill(TensorType.float32(2), 6));
    assertThat(op(g.neg(g.scalar(2)))).isEqualTo(new Fill(TensorType.float32(), -2));
    assertThat(op(g.expand(g.scalar(2), Shape.of(4)))).isEqualTo(new Fill(TensorType.float32(4), 2));
    assertThat(g.where(g.scalar(1), x, g.scalar(0))).isSameAs(x);
    assertThat(g.where(g.scalar(0), x, row).shape()).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void movesThatMoveNothingVanish() {
    assertThat(g.transpose(x, 0, 1)).isSameAs(x);
    assertThat(g.transpose(g.transpose(x, 1, 0), 1, 0)).isSameAs(x);
    assertThat(g.reshape(g.reshape(x, Shape.of(6)), Shape.of(2, 3))).isSameAs(x);
    assertThat(g.cast(x, DType.FLOAT32)).isSameAs(x);
    Value image = g.input("image", TensorType.float32(5, 1, 4, 1));
    assertThat(op(g.transpose(image, 3, 0, 1, 2))).isEqualTo(new Reshape(Shape.of(1, 5, 1, 4)));
    assertThat(op(g.sum(image, List.of(1, 3), false))).isEqualTo(new Reshape(Shape.of(5, 4)));
  }

  @Test
  void transposesOfTransposesAreOne() {
    Value image = g.input("image", TensorType.float32(2, 3, 4, 5));
    Value twice = g.transpose(g.transpose(image, 0, 2, 3, 1), 1, 0, 3, 2);
    assertThat(twice.shape()).isEqualTo(Shape.of(4, 2, 3, 5));
    assertThat(inputs(twice)).containsExactly((Node) image);
  }

  @Test
  void operandsAreBroadcastByTheOpAndNotBeforeIt() {
    assertThat(inputs(g.mul(x, g.expand(row, Shape.of(2, 3))))).containsExactly((Node) x, (Node) row);
    assertThat(inputs(g.add(x, g.fill(Shape.of(2, 3), 7)))).containsExactly((Node) x, (Node) g.scalar(7));
    Value wide = g.expand(row, Shape.of(2, 3));
    assertThat(g.mul(wide, row).shape()).isEqualTo(Shape.of(2, 3));
    assertThat(g.exp(wide).shape()).isEqualTo(Shape.of(2, 3));
  }
}
