package dlt.data;

import dlt.tensor.HostTensor;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.IntUnaryOperator;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// How the texts of a column become indices: by `rule`, the words that have an index of their own, and the mark that texts have
/// besides their words. Index 0 is padding, 1 every other word; the first word has index 2, or 4 in a vocabulary of marks, whose
/// first two words they are.
public record Vocabulary(ColumnType.Text rule, SequencedMap<String, Integer> indices, Mark mark) {
  /// The index of what is no word.
  public static final int PADDING = 0;
  static final int UNKNOWN = 1, FIRST = 2;
  /// The indices of marks.
  public static final int BEGIN = 2, END = 3;
  /// No text has these as words: their brackets would stand alone.
  static final List<String> MARKS = List.of("<begin>", "<end>");

  /// What a text has besides its words.
  public enum Mark {
    /// Nothing: an input, or the target of a running text, which is another piece of it.
    NONE,
    /// A mark before them: a target as the model reads it, a step late.
    BEGIN,
    /// A mark behind them: a target.
    END
  }

  /// Words by Unicode's general categories: what is neither letter, mark, number, punctuation nor symbol (spaces, line ends,
  /// control characters) stands between them.
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+|[\\p{P}\\p{S}]");
  private static final Pattern CHARACTER = Pattern.compile("([\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}])|[\\p{Z}\\p{C}]+");

  public Vocabulary {
    indices = Collections.unmodifiableSequencedMap(indices);
  }

  /// Of texts without a mark.
  Vocabulary(ColumnType.Text rule, SequencedMap<String, Integer> indices) {
    this(rule, indices, Mark.NONE);
  }

  /// The vocabulary of these words, in the order of their indices.
  static Vocabulary of(ColumnType.Text rule, Collection<String> words) {
    SequencedMap<String, Integer> indices = LinkedHashMap.newLinkedHashMap(words.size());
    words.forEach(w -> indices.put(w, FIRST + indices.size()));
    return new Vocabulary(rule, indices);
  }

  /// The same for texts with this mark.
  Vocabulary with(Mark other) {
    return new Vocabulary(rule, indices, other);
  }

  /// The number of indices of a text.
  public int length() {
    return length(rule, mark);
  }

  static int length(ColumnType.Text rule, Mark mark) {
    return rule.length() + (mark == Mark.NONE ? 0 : 1);
  }

  /// The words in the order of their indices.
  public List<String> words() {
    return List.copyOf(indices.keySet());
  }

  /// What each index stands for, on one line: a control character, such as a line end, as its number.
  public List<String> names() {
    return Stream.concat(Stream.of("<padding>", "<unknown>"), indices.keySet().stream().map(Vocabulary::shown)).toList();
  }

  private static String shown(String word) {
    return word.chars().anyMatch(Character::isISOControl) ? String.format(Locale.ROOT, "U+%04X", word.codePointAt(0)) : word;
  }

  /// What a text is made of: a word or a character.
  public String unit() {
    return rule.by() == ColumnType.By.WORD ? "word" : "character";
  }

  /// The number of indices, those of padding and unknown words included.
  public int size() {
    return FIRST + indices.size();
  }

  /// The indices of `text`, [#length] of them.
  public int[] indices(String text) {
    return indices(rule, mark, text, word -> indices.getOrDefault(word, UNKNOWN));
  }

  /// The indices of `text` by `rule` with `mark`, where `index` knows those of words.
  static int[] indices(ColumnType.Text rule, Mark mark, String text, ToIntFunction<String> index) {
    List<String> words = words(rule, text);
    int[] r = new int[length(rule, mark)]; // padding
    int kept = Math.min(rule.length(), words.size());
    int from = rule.truncationSide() == ColumnType.Side.LEFT ? words.size() - kept : 0;
    int at = mark == Mark.BEGIN ? 1 : mark == Mark.NONE && rule.paddingSide() == ColumnType.Side.LEFT ? r.length - kept : 0;
    for (int i = 0; i < kept; i++) {
      r[at + i] = index.applyAsInt(words.get(from + i));
    }
    switch (mark) {
      case NONE -> {}
      case BEGIN -> r[0] = BEGIN;
      case END -> r[kept] = END;
    }
    return r;
  }

  /// The words of `text` that are not among them, on one line; empty where there are none.
  public Optional<String> unknown(String text) {
    List<String> unknown = words(rule, text).stream().filter(word -> !indices.containsKey(word)).distinct().map(word -> "'" + shown(word) + "'").toList();
    return unknown.isEmpty() ? Optional.empty() : Optional.of(Names.list(unknown));
  }

  /// What a text of these indices was, up to its end mark: its words where they are known, `[?]` in place of others.
  public String text(HostTensor indices) {
    return text((int) indices.size(), i -> (int) indices.longAt(i));
  }

  /// As above, of `count` indices.
  public String text(int count, IntUnaryOperator indices) {
    List<String> words = words();
    List<String> r = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int index = indices.applyAsInt(i);
      if (mark != Mark.NONE && index == END) {
        break;
      }
      if (index != PADDING && !(mark != Mark.NONE && index == BEGIN)) {
        r.add(index == UNKNOWN || index >= size() ? "[?]" : words.get(index - FIRST));
      }
    }
    return String.join(rule.by() == ColumnType.By.WORD ? " " : "", r);
  }

  /// The words of `text`, in composed form (NFC).
  static List<String> words(ColumnType.Text rule, String text) {
    String plain = Normalizer.normalize(rule.lowercase() ? text.toLowerCase(Locale.ROOT) : text, Normalizer.Form.NFC);
    List<String> r = new ArrayList<>();
    switch (rule.by()) {
      case CODE_POINT -> plain.codePoints().forEach(c -> r.add(Character.toString(c)));
      case WORD -> WORD.matcher(plain).results().forEach(m -> r.add(m.group()));
      case CHARACTER -> {
        for (Matcher m = CHARACTER.matcher(plain); m.find(); ) {
          if (m.group(1) != null) {
            r.add(m.group());
          } else if (!r.isEmpty()) {
            r.add(" ");
          }
        }
        if (!r.isEmpty() && r.getLast().equals(" ")) {
          r.removeLast();
        }
      }
    }
    return r;
  }
}
