package dlt.data;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.ToText;
import dlt.error.Failure;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.IntStream;

@Doc("What samples belong together by: a column or array of the source, or a part of its texts.")
public record Grouping(
    @Doc("The column or array; for folders of images `path` or `folder`.") String column,
    @Doc("A regular expression to find in its texts: the samples with the same first group (or the same match) belong together.")
        Optional<String> match) {
  public Grouping {
    try {
      match.ifPresent(Pattern::compile);
    } catch (PatternSyntaxException e) {
      throw new Invalid("match", "'" + match.get() + "'", "a regular expression (" + e.getDescription() + ")");
    }
  }

  /// The column alone.
  @FromText("a column or array, or mapping with `column` and `match`")
  public static Grouping parse(String text) {
    return new Grouping(text, Optional.empty());
  }

  @ToText
  public Optional<String> text() {
    return match.isPresent() ? Optional.empty() : Optional.of(column);
  }

  /// The name of each sample's group. Throws Failure(DATA) where `dataset` has no such column, or its text does not match.
  List<String> of(Dataset dataset) {
    List<String> texts = Split.key(dataset, "group", column);
    if (match.isEmpty()) {
      return texts;
    }
    Pattern pattern = Pattern.compile(match.get());
    return IntStream.range(0, texts.size()).mapToObj(i -> {
      Matcher m = pattern.matcher(texts.get(i));
      if (!m.find()) {
        throw new Failure(Failure.Kind.DATA, dataset.origin(i) + ": `group`: '" + match.get() + "' is not found in " + column + " '" + texts.get(i) + "'");
      }
      return m.groupCount() > 0 && m.group(1) != null ? m.group(1) : m.group();
    }).toList();
  }
}
