package dlt.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.KernelCall.Phase;
import dlt.backend.KernelCall.Traffic;
import java.util.List;
import org.junit.jupiter.api.Test;

class CeilingsTest {
  /// 1 operation a nanosecond; a cache of 100 bytes at 10 bytes a nanosecond read, 5 written and 8 copied, and memory at a tenth of it.
  private static final Ceilings MACHINE = new Ceilings(1e9,
      List.of(new Ceilings.Level(100, 10e9, 5e9, 8e9), new Ceilings.Level(Long.MAX_VALUE, 1e9, 0.5e9, 0.8e9)));

  private static double nanos(Phase... phases) {
    return MACHINE.nanos(new KernelCall("kernel", 0, 0, List.of(phases)));
  }

  @Test
  void aPhaseTakesItsArithmeticOrItsTrafficWhicheverIsLonger() {
    assertThat(nanos(new Phase(30, List.of(new Traffic(100, 0, 100))))).isCloseTo(30, within(1e-9));
    assertThat(nanos(new Phase(5, List.of(new Traffic(100, 0, 100))))).isCloseTo(10, within(1e-9));
  }

  @Test
  void phasesFollowOneAnother() {
    assertThat(nanos(new Phase(30, List.of()), new Phase(12, List.of()))).isCloseTo(42, within(1e-9));
  }

  @Test
  void bytesComeFromTheFirstLevelThatHoldsTheWorkingSet() {
    assertThat(nanos(new Phase(0, List.of(new Traffic(100, 0, 101))))).isCloseTo(100, within(1e-9));
  }

  @Test
  void levelsMoveBytesAtTheSameTime() {
    assertThat(nanos(new Phase(0, List.of(new Traffic(100, 0, 100), new Traffic(20, 0, 1000))))).isCloseTo(20, within(1e-9));
  }

  @Test
  void whatIsReadAndWrittenIsCopiedAndTheRestMovesAlone() {
    assertThat(nanos(new Phase(0, List.of(new Traffic(0, 40, 100), new Traffic(60, 0, 50))))).isCloseTo(80 / 8.0 + 20 / 10.0, within(1e-9));
    assertThat(nanos(new Phase(0, List.of(new Traffic(0, 40, 100))))).isCloseTo(40 / 5.0, within(1e-9));
  }

  @Test
  void theRooflineIsOfTheOpAndNotOfThePathsPhases() {
    KernelCall winograd = new KernelCall("kernel", 400, 80, List.of(new Phase(100, List.of())));
    assertThat(MACHINE.roofline(winograd)).isCloseTo(400, within(1e-9));
    assertThat(MACHINE.roofline(new KernelCall("kernel", 1, 80, List.of()))).isCloseTo(80 / 8.0, within(1e-9));
    assertThat(MACHINE.roofline(new KernelCall("kernel", 1, 800, List.of()))).isCloseTo(800 / 0.8, within(1e-9));
  }
}
