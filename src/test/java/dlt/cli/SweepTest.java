package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.error.Failure;
import dlt.sweep.Standing;
import dlt.sweep.Trial;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SweepTest {
  private static final Standing SCORED = new Standing(new Trial(0, List.of()), 1, 0.5, 1, Optional.empty());
  private static final Standing DIVERGED = new Standing(new Trial(1, List.of()), 1, Double.NaN, 1, Optional.of(Standing.Failing.DIVERGED));
  private static final Standing OVER_BUDGET = new Standing(new Trial(2, List.of()), 0, Double.NaN, 0, Optional.of(Standing.Failing.OVER_BUDGET));

  private static Failure of(Standing... standings) {
    return Sweep.nothingWon(Path.of("s"), List.of(standings));
  }

  @Test
  void whyNoTrialIsTheBestIsTold() {
    assertThat(of()).hasMessageContaining("no trial began").extracting(Failure::kind).isEqualTo(Failure.Kind.USAGE);
    assertThat(of(DIVERGED, OVER_BUDGET)).hasMessageContaining("every trial diverged").extracting(Failure::kind).isEqualTo(Failure.Kind.DIVERGED);
    assertThat(of(OVER_BUDGET)).hasMessageContaining("memory").extracting(Failure::kind).isEqualTo(Failure.Kind.USAGE);
  }

  /// Under halving the time may be up before the last rung.
  @Test
  void trialsThatTheTimeDidNotSufficeForHaveNotDiverged() {
    assertThat(of(SCORED, DIVERGED)).hasMessageContaining("no trial came to its last epoch").extracting(Failure::kind).isEqualTo(Failure.Kind.USAGE);
  }
}
