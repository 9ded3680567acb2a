package dlt.data;

import dlt.error.Failure;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// A vocabulary in a text file, UTF-8: a word a line.
final class WordFile {
  private WordFile() {}

  /// The words of `file` for texts that are cut by `rule`. Throws Failure(DATA) with the line where one comes twice, or can never be
  /// met.
  static Vocabulary read(SourceFile file, ColumnType.Text rule) {
    SequencedSet<String> words = new LinkedHashSet<>();
    try (BufferedReader lines = file.text()) {
      int number = 0;
      for (String word = lines.readLine(); word != null; word = lines.readLine()) {
        number++;
        List<String> met = word.equals(" ") ? List.of(word) : Vocabulary.words(rule, word);
        if (!met.equals(List.of(word))) {
          throw new Failure(Failure.Kind.DATA, file.name() + ":" + number + ": '" + word + "' is no word of the texts, which are cut into "
              + (rule.by() == ColumnType.By.WORD ? "words and signs" : "characters") + (rule.lowercase() ? " in small letters" : "")
              + (met.isEmpty() ? "" : "; it would be " + met));
        }
        if (!words.add(word)) {
          throw new Failure(Failure.Kind.DATA, file.name() + ":" + number + ": '" + word + "' comes twice");
        }
      }
    } catch (CharacterCodingException e) {
      throw new Failure(Failure.Kind.DATA, file.name() + ": is not UTF-8 text", e);
    } catch (IOException e) {
      throw file.failure(e);
    }
    if (words.isEmpty()) {
      throw file.failure("holds no words");
    }
    return Vocabulary.of(rule, words);
  }
}
