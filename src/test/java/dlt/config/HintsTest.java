package dlt.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HintsTest {
  private static final List<String> VALID = List.of("mse", "l1", "smooth_l1", "nll", "bce", "bce_with_logits", "cross_entropy", "hamming_loss", "step", "cosine", "one_cycle");

  @ParameterizedTest
  @CsvSource({"MSELoss, mse", "L1Loss, l1", "SmoothL1Loss, smooth_l1", "NLLLoss, nll", "BCEWithLogitsLoss, bce_with_logits", "CrossEntropyLoss, cross_entropy", "cross_entropy_loss, cross_entropy",
      "hammingloss, hamming_loss", "StepLR, step", "CosineAnnealingLR, cosine", "OneCycleLR, one_cycle", "crosentropy, cross_entropy"})
  void aClassOfPyTorchsIsKnownByItsNameHere(String wrong, String right) {
    assertThat(Hints.nearest(wrong, VALID)).contains(right);
  }

  @Test
  void whatIsLikeNothingHasNoNearest() {
    assertThat(Hints.nearest("loss", VALID)).isEmpty();
    assertThat(Hints.nearest("lr", VALID)).isEmpty();
    assertThat(Hints.nearest("perceptual_loss", VALID)).isEmpty();
  }

  @Test
  void theEndOfANameStandsForIt() {
    assertThat(Hints.nearest("auc", List.of("accuracy", "roc_auc", "roc_auc_ovr_macro"))).contains("roc_auc");
  }
}
