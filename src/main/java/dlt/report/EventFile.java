package dlt.report;

import com.google.protobuf.CodedOutputStream;
import dlt.error.Failure;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.CRC32C;

/// A file of TensorBoard's events: `Event` messages (tensorflow/core/util/event.proto) in TFRecord frames. A frame is the
/// length of the message (8 bytes, little-endian), the length's checksum, the message, the message's checksum. A checksum is
/// CRC32C, turned right by 15 bits, plus a constant.
final class EventFile implements AutoCloseable {
  private static final int MASK = 0xa282ead8, TURN = 15;
  private static final String VERSION = "brain.Event:2";

  // the numbers of the messages' fields
  private static final int EVENT_WALL_TIME = 1, EVENT_STEP = 2, EVENT_FILE_VERSION = 3, EVENT_SUMMARY = 5, EVENT_SESSION_LOG = 7;
  private static final int SUMMARY_VALUE = 1, VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_METADATA = 9;
  private static final int METADATA_PLUGIN = 1, METADATA_DATA_CLASS = 4, PLUGIN_NAME = 1, DATA_CLASS_SCALAR = 1;
  private static final int SESSION_STATUS = 1, SESSION_START = 1;

  /// The fields of one message.
  @FunctionalInterface
  private interface Fields {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private final Path file;
  private final OutputStream out;

  private EventFile(Path file, OutputStream out) {
    this.file = file;
    this.out = out;
  }

  /// Begins `file` at `time`. A TensorBoard that shows an earlier file of the folder forgets what it has read.
  static EventFile begin(Path file, Instant time) {
    EventFile events;
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      events = new EventFile(file, new BufferedOutputStream(Files.newOutputStream(file)));
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
    double seconds = time.toEpochMilli() * 1e-3;
    events.write(message(o -> {
      o.writeDouble(EVENT_WALL_TIME, seconds);
      o.writeString(EVENT_FILE_VERSION, VERSION);
    }));
    events.write(message(o -> {
      o.writeDouble(EVENT_WALL_TIME, seconds);
      o.writeByteArray(EVENT_SESSION_LOG, message(s -> s.writeEnum(SESSION_STATUS, SESSION_START)));
    }));
    return events;
  }

  /// Adds the value of `tag` at `step`; `seconds` (since 1970) say when.
  void scalar(String tag, long step, double value, double seconds) {
    byte[] metadata = message(m -> {
      m.writeByteArray(METADATA_PLUGIN, message(p -> p.writeString(PLUGIN_NAME, "scalars")));
      m.writeEnum(METADATA_DATA_CLASS, DATA_CLASS_SCALAR);
    });
    byte[] scalar = message(v -> {
      v.writeString(VALUE_TAG, tag);
      v.writeFloat(VALUE_SIMPLE, (float) value);
      v.writeByteArray(VALUE_METADATA, metadata);
    });
    write(message(o -> {
      o.writeDouble(EVENT_WALL_TIME, seconds);
      o.writeInt64(EVENT_STEP, step);
      o.writeByteArray(EVENT_SUMMARY, message(s -> s.writeByteArray(SUMMARY_VALUE, scalar)));
    }));
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException(e); // memory throws none
    }
    return bytes.toByteArray();
  }

  private void write(byte[] message) {
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(message.length);
    ByteBuffer frame = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + message.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.put(length.array()).putInt(checksum(length.array())).put(message).putInt(checksum(message));
    try {
      out.write(frame.array());
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), TURN) + MASK;
  }

  void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }
}
