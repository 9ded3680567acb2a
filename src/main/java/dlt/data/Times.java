package dlt.data;

import dlt.error.Failure;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Texts as points in time: numbers, or ISO 8601 dates with or without a time of day (UTC where no offset is named).
final class Times {
  private static final int DATE_LENGTH = 10;

  private Times() {}

  /// The samples from the earliest to the latest, those of the same time together, in their order, in one array. Throws
  /// Failure(DATA) where a text is no time.
  static List<int[]> inOrder(Dataset dataset, List<String> texts) {
    return texts.stream().allMatch(t -> !Double.isNaN(CsvCell.number(t)))
        ? inOrder(texts.stream().map(CsvCell::number).toList())
        : inOrder(IntStream.range(0, texts.size()).mapToObj(i -> instant(dataset, i, texts.get(i))).toList());
  }

  private static <T extends Comparable<T>> List<int[]> inOrder(List<T> times) {
    List<Integer> sorted = IntStream.range(0, times.size()).boxed().sorted(Comparator.comparing((Function<Integer, T>) times::get)).toList();
    List<int[]> r = new ArrayList<>();
    for (int from = 0, to = 0; from < sorted.size(); from = to) {
      while (to < sorted.size() && times.get(sorted.get(to)).compareTo(times.get(sorted.get(from))) == 0) {
        to++;
      }
      r.add(sorted.subList(from, to).stream().mapToInt(Integer::intValue).toArray());
    }
    return r;
  }

  /// Whether `text` is a date, alone or with a time of day.
  static boolean isDate(String text) {
    return date(text).isPresent();
  }

  private static Instant instant(Dataset dataset, int sample, String text) {
    return date(text).orElseThrow(() -> new Failure(Failure.Kind.DATA, dataset.origin(sample) + ": `time`: '" + text + (Double.isNaN(CsvCell.number(text))
        ? "' is neither a number nor an ISO date such as 2024-05-31 or 2024-05-31T14:30:00"
        : "' is a number, and other samples have texts")));
  }

  private static Optional<Instant> date(String text) {
    String iso = text.length() > DATE_LENGTH && text.charAt(DATE_LENGTH) == ' ' ? text.substring(0, DATE_LENGTH) + "T" + text.substring(DATE_LENGTH + 1) : text;
    List<Function<String, Instant>> forms = List.of(
        t -> LocalDate.parse(t).atStartOfDay().toInstant(ZoneOffset.UTC),
        t -> LocalDateTime.parse(t).toInstant(ZoneOffset.UTC),
        t -> OffsetDateTime.parse(t).toInstant(),
        t -> YearMonth.parse(t).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC));
    for (Function<String, Instant> form : forms) {
      try {
        return Optional.of(form.apply(iso));
      } catch (DateTimeException e) {
        // the next form
      }
    }
    return Optional.empty();
  }
}
