package dlt.tensor;

import dlt.error.Failure;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A file open for reading pieces of it into native memory. Its failures are of kind DATA and name it.
final class DataFile implements AutoCloseable {
  private static final long CHUNK = 1 << 30;

  private final Path path;
  private final FileChannel channel;
  private final long size;

  DataFile(Path path) {
    this.path = path;
    try {
      this.channel = FileChannel.open(path);
      this.size = channel.size();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  static Failure unreadable(Path path, IOException e) {
    return e instanceof NoSuchFileException ? failure(path, "there is no such file", e) : failure(path, "cannot be read: " + Failure.reason(e), e);
  }

  static Failure failure(Path path, String message, Exception cause) {
    return new Failure(Failure.Kind.DATA, path + ": " + message, cause);
  }

  Failure failure(String message) {
    return failure(message, null);
  }

  Failure failure(String message, Exception cause) {
    return failure(path, message, cause);
  }

  /// Its length in bytes.
  long size() {
    return size;
  }

  /// Fills `to` with the bytes from `position` on.
  void read(long position, MemorySegment to) {
    try {
      for (long done = 0; done < to.byteSize(); ) {
        ByteBuffer piece = to.asSlice(done, Math.min(CHUNK, to.byteSize() - done)).asByteBuffer();
        int n = channel.read(piece, position + done);
        if (n < 0) {
          throw failure("found its end at byte " + (position + done) + ", expected " + (to.byteSize() - done) + " bytes more");
        }
        done += n;
      }
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /// The `count` bytes from `position` on; `what` names them where the file is too short.
  byte[] read(long position, int count, String what) {
    if (size - position < count) {
      throw failure("found " + Math.max(0, size - position) + " bytes, expected " + count + " for " + what);
    }
    byte[] r = new byte[count];
    read(position, MemorySegment.ofArray(r));
    return r;
  }

  /// The `count` bytes from `position` on, which stay in the file until they are looked at. They outlive this object.
  MemorySegment map(long position, long count) {
    if (size - position < count) {
      throw failure("found " + Math.max(0, size - position) + " bytes, expected " + count);
    }
    try {
      return channel.map(FileChannel.MapMode.READ_ONLY, position, count, Arena.ofAuto());
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }
}
