package dlt.experiment;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;

@Doc("What is written for use elsewhere.")
public record Export(@Doc("The ONNX model.") @Default("{}") Onnx onnx) {
  @Doc("The ONNX model.")
  public record Onnx(
      @Doc("The version of ONNX's operator set.") @Default("17") @Range(min = 17, max = 21) int opset,
      @Doc("Whether the model ends in the softmax or sigmoid that its loss implies, so that it gives probabilities.") @Default("false")
          boolean softmax,
      @Doc("The largest difference between ONNX Runtime and the engine, relative to max(1, |value|), that is accepted.")
          @Default("1e-3")
          @Range(min = 0)
          double tolerance) {}
}
