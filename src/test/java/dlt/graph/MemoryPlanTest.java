package dlt.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.graph.MemoryPlan.Interval;
import dlt.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPlanTest {
  private static void check(List<Interval> intervals) {
    MemoryPlan plan = MemoryPlan.of(intervals);
    assertThat(plan.offsets()).hasSameSizeAs(intervals);
    long sum = 0;
    for (int i = 0; i < intervals.size(); i++) {
      Interval a = intervals.get(i);
      long start = plan.offsets().get(i);
      sum += Math.ceilDiv(a.bytes(), MemoryPlan.ALIGNMENT) * MemoryPlan.ALIGNMENT;
      assertThat(start % MemoryPlan.ALIGNMENT).isZero();
      assertThat(start).isNotNegative();
      assertThat(start + a.bytes()).isLessThanOrEqualTo(plan.bytes());
      for (int j = 0; j < i; j++) {
        Interval b = intervals.get(j);
        if (a.first() <= b.last() && b.first() <= a.last()) {
          long other = plan.offsets().get(j);
          assertThat(start >= other + b.bytes() || other >= start + a.bytes()).as("%s and %s", a, b).isTrue();
        }
      }
    }
    assertThat(plan.bytes()).isBetween(MemoryPlan.peak(intervals), sum);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 10, 40, 200})
  void valuesThatLiveTogetherNeverOverlap(int count) {
    for (int round = 0; round < 20; round++) {
      Philox random = new Philox(1, count, round);
      List<Interval> intervals = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int first = (int) (random.uniform(3L * i) * 50);
        int last = first + (int) (random.uniform(3L * i + 1) * (round % 2 == 0 ? 5 : 50));
        intervals.add(new Interval((long) (random.uniform(3L * i + 2) * 5000), first, last));
      }
      check(intervals);
    }
  }

  @Test
  void noValuesNeedNoMemory() {
    assertThat(MemoryPlan.of(List.of())).isEqualTo(new MemoryPlan(List.of(), 0));
    check(List.of(new Interval(0, 0, 3)));
  }

  @Test
  void aChainNeedsItsTwoLargestNeighbours() {
    List<Interval> chain = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      chain.add(new Interval(i == 5 ? 640 : 64, i, i + 1));
    }
    assertThat(MemoryPlan.of(chain).bytes()).isEqualTo(704);
  }

  @Test
  void aTrainingStepOfALayersStackPacksToItsPeak() {
    // activations live until their layer's backward step; gradients from one backward step to the next
    int layers = 20;
    List<Interval> step = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      long bytes = 64L * (1 + (i * 7) % 13);
      step.add(new Interval(bytes, i, 2 * layers - i));
      step.add(new Interval(bytes, 2 * layers - i - 1, 2 * layers - i));
      step.add(new Interval(128, i, i));
    }
    check(step);
    assertThat(MemoryPlan.of(step).bytes()).isEqualTo(MemoryPlan.peak(step));
  }

  @Test
  void rightAtTheEndOfALifeMemoryIsStillTaken() {
    MemoryPlan plan = MemoryPlan.of(List.of(new Interval(64, 0, 1), new Interval(64, 1, 2), new Interval(64, 2, 3)));
    assertThat(plan.bytes()).isEqualTo(128);
    assertThat(plan.offsets().get(0)).isNotEqualTo(plan.offsets().get(1));
  }
}
