package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PagesTest {
  private static final long BYTES = 3 << 20;

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals("dlt-cpu-pages")).collect(Collectors.toSet());
  }

  private static void until(Set<Thread> threads, List<Thread.State> states) throws InterruptedException {
    while (!threads.stream().allMatch(t -> states.contains(t.getState()))) {
      Thread.sleep(1);
    }
  }

  @Test
  void oneThreadServesLaterRequestsTooAndEndsWithThem() throws InterruptedException {
    Set<Thread> before = threads();
    try (Arena arena = Arena.ofShared(); Pages pages = new Pages()) {
      pages.ready(Memory.allocate(arena, BYTES));
      Set<Thread> first = threads();
      first.removeAll(before);
      assertThat(first).hasSize(Memory.SUPPORTED ? 1 : 0);
      until(first, List.of(Thread.State.WAITING));
      pages.ready(Memory.allocate(arena, BYTES));
      Set<Thread> second = threads();
      second.removeAll(before);
      assertThat(second).isEqualTo(first);
      pages.close();
      for (Thread t : first) {
        assertThat(t.join(Duration.ofSeconds(30))).isTrue();
      }
      pages.ready(Memory.allocate(arena, BYTES));
      second = threads();
      second.removeAll(before);
      assertThat(second).isEmpty();
    }
  }

  @Test
  void whatMemoryHoldsStays() throws InterruptedException {
    Set<Thread> before = threads();
    try (Arena arena = Arena.ofShared(); Pages pages = new Pages()) {
      MemorySegment memory = Memory.allocate(arena, BYTES);
      MemorySegment freed;
      try (Arena brief = Arena.ofShared()) {
        freed = Memory.allocate(brief, BYTES);
      }
      for (long at = 0; at < BYTES; at += 1024) {
        memory.set(ValueLayout.JAVA_LONG, at, at + 1);
      }
      pages.ready(memory);
      pages.ready(freed); // gone when its turn comes
      pages.ready(memory);
      Set<Thread> own = threads();
      own.removeAll(before);
      until(own, List.of(Thread.State.WAITING));
      for (long at = 0; at < BYTES; at += 1024) {
        assertThat(memory.get(ValueLayout.JAVA_LONG, at)).isEqualTo(at + 1);
      }
    }
  }
}
