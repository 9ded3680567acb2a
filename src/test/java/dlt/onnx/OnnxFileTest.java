package dlt.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dlt.error.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxFileTest {
  @TempDir Path folder;

  private static TensorProto tensor(ByteString raw, long... dims) {
    TensorProto.Builder t = TensorProto.newBuilder().setName("w").setDataType(TensorProto.DataType.FLOAT.getNumber()).setRawData(raw);
    for (long d : dims) {
      t.addDims(d);
    }
    return t.build();
  }

  @Test
  void tensorsOfOtherSizesThanTheirValuesAreRefusedBeforeThereIsMemoryForThem() {
    ByteString eight = ByteString.copyFrom(new byte[8]);
    assertThat(OnnxFile.tensor(tensor(eight, 1, 2)).size()).isEqualTo(2);
    for (long[] dims : new long[][] {{3}, {1}, {1 << 30, 1 << 20}, {-2}, {1L << 40}, {1 << 30, 1 << 30, 1 << 30}}) {
      assertThatThrownBy(() -> OnnxFile.tensor(tensor(eight, dims))).isInstanceOf(Failure.class).hasMessageContaining("ONNX tensor w: found");
    }
    TensorProto listed = TensorProto.newBuilder().setDataType(TensorProto.DataType.FLOAT.getNumber()).addDims(2).addFloatData(1).build();
    assertThatThrownBy(() -> OnnxFile.tensor(listed)).isInstanceOf(Failure.class).hasMessageContaining("found 1 values, expected 2");
  }

  @Test
  void nodesWithoutOperandsHaveNoWeights() throws IOException {
    GraphProto.Builder graph = GraphProto.newBuilder();
    for (String type : new String[] {"Identity", "Gather", "LSTM", "Conv", "MatMul"}) {
      graph.addNode(NodeProto.newBuilder().setOpType(type).addOutput("y" + type));
    }
    Path file = model(graph);
    assertThat(OnnxWeights.read(file).tensors()).isEmpty();
  }

  private Path model(GraphProto.Builder graph) throws IOException {
    ModelProto model = ModelProto.newBuilder().addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17)).setGraph(graph).build();
    return Files.write(folder.resolve("model.onnx"), model.toByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Gemm", "LSTM", "Constant"})
  void aNodeThatLacksWhatItsKindHasIsRefusedWithTheFile(String type) throws IOException {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).addInput("x").addInput("w")
        .addAttribute(AttributeProto.newBuilder().setName("value").setT(tensor(ByteString.copyFrom(new byte[8]), 2)));
    Path file = model(GraphProto.newBuilder().addNode(node).addInitializer(tensor(ByteString.copyFrom(new byte[8]), 2)));
    assertThatThrownBy(() -> OnnxWeights.read(file)).isInstanceOf(Failure.class).hasMessageStartingWith(file + ": is no valid ONNX model");
  }

  @Test
  void aTensorThatCannotBeReadIsNamedWithItsFile() throws IOException {
    Path file = model(GraphProto.newBuilder().addInitializer(tensor(ByteString.copyFrom(new byte[8]), 3)));
    assertThatThrownBy(() -> OnnxWeights.read(file)).isInstanceOf(Failure.class).hasMessage(file + ": ONNX tensor w: found 2 values, expected 3");
  }
}
