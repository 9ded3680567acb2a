package dlt.data;

import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// The blocks of a text one after the other, and what comes after each of their words: sample `i` begins at word `i * length`. In
/// an epoch of training all begin the same number of words later, but for those of which the next block is in another part.
final class RunningText implements Dataset {
  private final SourceFile file;
  private final int[] indices;
  private final Schema schema;
  private final int length;
  private final Once<String> hash;
  /// The blocks that may begin later, and the epoch's numbers; none move in epoch 0.
  private final BitSet movable;
  private final long seed;
  private final int shift;

  private RunningText(SourceFile file, int[] indices, Schema schema, int length, Once<String> hash, BitSet movable, long seed, int epoch) {
    this.file = file;
    this.indices = indices;
    this.schema = schema;
    this.length = length;
    this.hash = hash;
    this.movable = movable;
    this.seed = seed;
    this.shift = epoch == 0 ? 0 : (int) ((new Philox(seed, Philox.Purpose.BLOCK.stream(0), epoch).bits(0) & 0xffffffffL) % length);
  }

  /// The text of `file` in `words`, of which one that is `closed` takes no others. Throws Failure(DATA) where it is no text, or makes
  /// no block.
  static RunningText read(SourceFile file, Vocabulary words, int length, boolean closed) {
    ColumnType.Text rule = words.rule();
    SequencedMap<String, Integer> met = new LinkedHashMap<>(words.indices());
    String text = text(file);
    int[] found = new int[1 << 16];
    int count = 0;
    for (int from = 0, to; from < text.length(); from = to) {
      to = text.indexOf('\n', from) + 1;
      to = to == 0 ? text.length() : to;
      List<String> line = Vocabulary.words(rule, text.substring(from, to));
      boolean spaced = rule.by() == ColumnType.By.CHARACTER && count > 0 && !line.isEmpty(); // between the words of two lines
      if (count > Integer.MAX_VALUE / 2 - line.size()) {
        throw file.failure("holds more than 1,000,000,000 words or characters; take a part of it");
      }
      found = count + line.size() < found.length ? found : Arrays.copyOf(found, 2 * (count + line.size()));
      for (int i = spaced ? -1 : 0; i < line.size(); i++) {
        String word = i < 0 ? " " : line.get(i);
        found[count++] = closed ? met.getOrDefault(word, Vocabulary.UNKNOWN) : met.computeIfAbsent(word, _ -> Vocabulary.FIRST + met.size());
      }
    }
    if (count <= length) {
      throw file.failure("holds " + count + " " + words.unit() + "s, too few for a block of " + length
          + " and what comes after it; take a smaller `length`");
    }
    TensorType type = new TensorType(DType.INT64, Shape.of(length));
    List<Column> columns = List.of(Column.text(Text.INPUT, new Vocabulary(rule, met)));
    Schema schema = new Schema(List.of(new Field(Text.INPUT, type, List.of(), columns)), List.of(new Field(Text.TARGET, type, List.of(), columns)));
    return new RunningText(file, Arrays.copyOf(found, count), schema, length, new Once<>(() -> SourceFile.hash(List.of(file))), new BitSet(), 0, 0);
  }

  private static String text(SourceFile file) {
    try (InputStream in = file.open()) {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(in.readAllBytes())).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new Failure(Failure.Kind.DATA, file.name() + ": is not UTF-8 text", e);
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  /// The same, where the blocks of these numbers are those of the training.
  RunningText moving(int[] training, long itsSeed) {
    BitSet mine = new BitSet();
    Arrays.stream(training).forEach(mine::set);
    BitSet before = mine.get(1, Math.max(1, mine.length()));
    before.and(mine);
    return new RunningText(file, indices, schema, length, hash, before, itsSeed, 0);
  }

  @Override
  public int size() {
    return (indices.length - 1) / length;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public void read(int sample, boolean target, int field, MemorySegment destination) {
    TensorType type = schema.inputs().getFirst().type();
    HostTensor to = new HostTensor(type, destination.asSlice(0, type.bytes()));
    int from = sample * length + (movable.get(sample) ? shift : 0) + (target ? 1 : 0);
    for (int i = 0; i < length; i++) {
      to.setLong(i, indices[from + i]);
    }
  }

  @Override
  public Dataset epoch(int epoch) {
    return new RunningText(file, indices, schema, length, hash, movable, seed, epoch);
  }

  @Override
  public String origin(int sample) {
    return file.name() + "[" + sample * length + ":" + (sample + 1) * length + "]";
  }

  @Override
  public boolean mayMiss() {
    return false;
  }

  @Override
  public boolean inMemory() {
    return true;
  }

  @Override
  public String hash() {
    return hash.get();
  }
}
