package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LaneTransposeTest {
  private static final int PAGE = 4096, CHANNELS = 4, PIXELS = PAGE / (4 * CHANNELS);

  /// What is read behind the page ends the process: the file has no bytes for it.
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "JAVA")
  void pixelsOfFewChannelsAreReadToTheirEndAndNoFurther(InstructionSet set, @TempDir Path folder) throws IOException {
    assumeTrue(InstructionSet.supported(set));
    try (Arena arena = Arena.ofConfined(); Workers workers = new Workers(1); CodeMemory code = new CodeMemory();
        FileChannel file = FileChannel.open(folder.resolve("pages"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment pixels = file.map(FileChannel.MapMode.READ_WRITE, 0, 2 * PAGE, arena).asSlice(0, PAGE);
      file.truncate(PAGE);
      for (int i = 0; i < CHANNELS * PIXELS; i++) {
        pixels.setAtIndex(JAVA_FLOAT, i, i);
      }
      MemorySegment planes = arena.allocate(PAGE, 64);
      Target target = new Target(set, workers, code, arena);
      new LaneTranspose(false, CHANNELS, 4 * PIXELS, 4 * CHANNELS, false, 0).compile(target)
          .call(planes.address(), pixels.address(), PIXELS / target.lanes());
      for (int i = 0; i < CHANNELS * PIXELS; i++) {
        assertThat(planes.getAtIndex(JAVA_FLOAT, i)).isEqualTo(i % PIXELS * CHANNELS + i / PIXELS);
      }
    }
  }
}
