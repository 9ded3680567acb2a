package dlt.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KindsTest {
  @ParameterizedTest
  @CsvSource({
    "MaxPool2d, max_pool2d", "Linear, linear", "NLLLoss, nll_loss", "BCEWithLogits, bce_with_logits", "MSE, mse", "F1Macro, f1_macro",
    "outFeatures, out_features", "TopK, top_k", "R2, r2", "x, x", "aB, a_b", "Conv2dTranspose, conv2d_transpose"
  })
  void javaNamesBecomeSnakeCase(String java, String file) {
    assertThat(Kinds.snakeCase(java)).isEqualTo(file);
  }

  @Test
  void kindsOfNestedSealedInterfacesAreIncluded() {
    assertThat(Kinds.of(Sample.Layer.class).keySet()).containsExactly("relu", "linear", "max_pool2d", "concat", "sequential", "batch_norm");
  }

  @Test
  void argumentsDescribeThemselves() {
    Argument out = Argument.of(Sample.Linear.class).getFirst();
    assertThat(out.key()).isEqualTo("out_features");
    assertThat(out.required()).isTrue();
    assertThat(out.typeText()).isEqualTo("whole number >= 1");
    assertThat(Argument.of(Sample.class).stream().map(Argument::typeText))
        .containsExactly(
            "text", "whole number", "text or mapping with `path`, `shape`", "value or mapping with `validation`, `folds`", "list of kind of layer",
            "kind of optimizer", "mapping with `epochs`, `batch_size`, `shuffle`", "mapping of names to number", "any value", "list of text");
    assertThat(Hints.distance("relu", "reul")).isEqualTo(1);
    assertThat(Hints.distance("conv2d", "conv3")).isEqualTo(2);
  }
}
