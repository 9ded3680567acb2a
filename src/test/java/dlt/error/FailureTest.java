package dlt.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureTest {
  @Test
  void whyAFileCannotBeUsedIsSaidInWords() {
    assertThat(Failure.reason(new AccessDeniedException("/a"))).isEqualTo("permission denied");
    assertThat(Failure.reason(new NoSuchFileException("/a"))).isEqualTo("/a does not exist");
    assertThat(Failure.reason(new FileSystemException("/a", null, "No space left on device"))).isEqualTo("No space left on device");
    assertThat(Failure.reason(new FileAlreadyExistsException("/a"))).isEqualTo("/a is there already, as a file");
    assertThat(Failure.reason(new DirectoryNotEmptyException("/a"))).isEqualTo("/a is a folder that is not empty");
    assertThat(Failure.reason(new FileSystemLoopException("/a/b"))).isEqualTo("/a/b is a link to a folder that it lies in");
    assertThat(Failure.reason(new EOFException())).isEqualTo("it ends early");
    assertThat(Failure.reason(new IOException("Is a directory"))).isEqualTo("Is a directory");
  }

  @Test
  void spaceIsAskedForWhereThereIsNone() {
    Path file = Path.of("/a");
    assertThat(Failure.unwritable(file, new IOException("No space left on device"))).hasMessage("/a: could not be written: No space left on device; free some space, or choose another place");
    for (IOException e : List.of(new FileSystemException("/a", null, "Read-only file system"), new FileSystemException("/a", null, "File name too long"), new AccessDeniedException("/a"))) {
      assertThat(Failure.unwritable(file, e)).hasMessageEndingWith("; choose another place").hasMessageNotContaining("space");
    }
  }

  @Test
  void whyAFileIsNoJsonIsSaidInOneLine() {
    assertThatThrownBy(() -> new ObjectMapper().readTree("{\n  \"a\": 1,\n  \"b"))
        .satisfies(e -> assertThat(Failure.reason((IOException) e)).isEqualTo("line 3, column 5: Unexpected end-of-input in field name"));
  }
}
