package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void eachPartRunsOnce(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int parts : new int[] {0, 1, 2, 3, 7, 64, 1000}) {
        AtomicIntegerArray ran = new AtomicIntegerArray(parts);
        workers.run(parts, ran::incrementAndGet);
        for (int i = 0; i < parts; i++) {
          assertThat(ran.get(i)).isEqualTo(1);
        }
      }
    }
  }

  /// Jobs of few and of many parts take turns: a helper that comes late to one must not run parts of the next as its own.
  @Test
  void jobsInQuickSuccessionDoNotMix() {
    try (Workers workers = new Workers(4)) {
      int[] ran = new int[40];
      for (int job = 1; job <= 100_000; job++) {
        int parts = job % 2 == 0 ? 2 : 40;
        int value = job;
        workers.run(parts, i -> ran[i] = ran[i] == value ? -1 : value);
        for (int i = 0; i < parts; i++) {
          if (ran[i] != value) {
            throw new AssertionError("part " + i + " of job " + value + ": " + ran[i]);
          }
        }
      }
    }
  }

  @Test
  void morePartsThanTheClaimWordHoldsAllRun() {
    try (Workers workers = new Workers(2)) {
      LongAdder sum = new LongAdder();
      int parts = 3_000_001;
      workers.run(parts, sum::add);
      assertThat(sum.sum()).isEqualTo((long) parts * (parts - 1) / 2);
    }
  }

  @Test
  void helpersThatParkedTakePartInLongJobs() throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      Thread.sleep(50);
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      workers.run(20, i -> {
        threads.add(Thread.currentThread());
        java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
      });
      assertThat(threads).hasSize(2);
    }
  }

  @Test
  void aloneTheCallerRunsAllPartsAndLaterTheHelpersShareAgain() {
    try (Workers workers = new Workers(3)) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      IntConsumer slow = _ -> {
        threads.add(Thread.currentThread());
        java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
      };
      workers.alone(() -> workers.run(9, slow));
      assertThat(threads).containsExactly(Thread.currentThread());
      assertThatThrownBy(() -> workers.alone(() -> workers.run(1, _ -> {
        throw new IllegalStateException("part 0");
      }))).hasMessage("part 0");
      workers.run(20, slow);
      assertThat(threads).hasSizeGreaterThan(1);
    }
  }

  @Test
  void ofAloneNothingIsLeftWhereLittleIsShared() {
    try (Workers workers = new Workers(3, true)) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      workers.alone(() -> workers.run(20, _ -> {
        threads.add(Thread.currentThread());
        java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
      }));
      assertThat(threads).hasSizeGreaterThan(1);
    }
  }

  @Test
  void anExceptionOfAPartIsThrownAfterTheOthersHaveRun() {
    try (Workers workers = new Workers(3)) {
      AtomicIntegerArray ran = new AtomicIntegerArray(9);
      assertThatThrownBy(() -> workers.run(9, i -> {
        ran.incrementAndGet(i);
        if (i == 4) {
          throw new IllegalStateException("part 4");
        }
      })).hasMessage("part 4");
      for (int i = 0; i < 9; i++) {
        assertThat(ran.get(i)).isEqualTo(1);
      }
      workers.run(9, ran::incrementAndGet);
      assertThat(ran.get(4)).isEqualTo(2);
    }
  }

  @Test
  void closingEndsTheHelpers() {
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Workers workers = new Workers(4);
    workers.run(10, i -> {});
    workers.close();
    assertThat(Thread.getAllStackTraces().keySet()).noneMatch(t -> t.getName().startsWith("dlt-cpu-") && !before.contains(t));
  }
}
