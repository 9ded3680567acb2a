package dlt.data;

import dlt.tensor.HostTensor;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How the texts of a column become indices: by `rule`, and the words that have an index of their own. Index 0 is padding, 1 every
/// other word; the first word has index 2.
public record Vocabulary(ColumnType.Text rule, SequencedMap<String, Integer> indices) {
  static final int PADDING = 0, UNKNOWN = 1, FIRST = 2;

  /// Words by Unicode's general categories: what is neither letter, mark, number, punctuation nor symbol (spaces, line ends,
  /// control characters) stands between them.
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+|[\\p{P}\\p{S}]");
  private static final Pattern CHARACTER = Pattern.compile("([\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}])|[\\p{Z}\\p{C}]+");

  public Vocabulary {
    indices = Collections.unmodifiableSequencedMap(indices);
  }

  /// The vocabulary of these words, in the order of their indices.
  static Vocabulary of(ColumnType.Text rule, Collection<String> words) {
    SequencedMap<String, Integer> indices = LinkedHashMap.newLinkedHashMap(words.size());
    words.forEach(w -> indices.put(w, FIRST + indices.size()));
    return new Vocabulary(rule, indices);
  }

  /// The words in the order of their indices.
  public List<String> words() {
    return List.copyOf(indices.keySet());
  }

  /// The number of indices, those of padding and unknown words included.
  public int size() {
    return FIRST + indices.size();
  }

  /// The indices of `text`, `rule.length()` of them.
  public int[] indices(String text) {
    return indices(rule, text, word -> indices.getOrDefault(word, UNKNOWN));
  }

  /// The indices of `text` by `rule`, where `index` knows those of words.
  static int[] indices(ColumnType.Text rule, String text, ToIntFunction<String> index) {
    List<String> words = words(rule, text);
    int length = rule.length();
    int kept = Math.min(length, words.size());
    int from = rule.truncationSide() == ColumnType.Side.LEFT ? words.size() - kept : 0;
    int at = rule.paddingSide() == ColumnType.Side.LEFT ? length - kept : 0;
    int[] r = new int[length]; // padding
    for (int i = 0; i < kept; i++) {
      r[at + i] = index.applyAsInt(words.get(from + i));
    }
    return r;
  }

  /// What a text of these indices was: its words where they are known, `[?]` in place of others.
  public String text(HostTensor indices) {
    List<String> words = words();
    List<String> r = new ArrayList<>();
    for (long i = 0; i < indices.size(); i++) {
      int index = (int) indices.longAt(i);
      if (index != PADDING) {
        r.add(index == UNKNOWN ? "[?]" : words.get(index - FIRST));
      }
    }
    return String.join(rule.by() == ColumnType.By.WORD ? " " : "", r);
  }

  /// The words of `text`, in composed form (NFC).
  static List<String> words(ColumnType.Text rule, String text) {
    String plain = Normalizer.normalize(rule.lowercase() ? text.toLowerCase(Locale.ROOT) : text, Normalizer.Form.NFC);
    List<String> r = new ArrayList<>();
    switch (rule.by()) {
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
