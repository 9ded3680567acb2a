package dlt.data;

import dlt.error.Failure;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/// The lines of a csv file: UTF-8 with or without a byte order mark, quotes as in RFC 4180, every line as wide as the first.
/// It can be read several times.
final class CsvRows implements TableRows {
  /// Tables of genes have tens of thousands; more than these is no table.
  private static final int MOST_COLUMNS = 1 << 20;

  private final SourceFile file;
  private final CsvForm form;
  private List<String> header;

  CsvRows(SourceFile file, CsvForm form) {
    this.file = file;
    this.form = form;
  }

  /// The cells of the first lines of `file`, `most` at the most, if this delimiter divides them; none where that is not csv.
  static List<List<String>> first(SourceFile file, char delimiter, int most) {
    List<List<String>> r = new ArrayList<>();
    try (BufferedReader text = file.text(); CsvReader<CsvRecord> reader = reader(text, delimiter)) {
      for (Iterator<CsvRecord> records = reader.iterator(); records.hasNext() && r.size() < most; ) {
        r.add(records.next().getFields());
      }
      return r;
    } catch (CsvParseException | UncheckedIOException | IOException e) {
      return List.of();
    }
  }

  private static CsvReader<CsvRecord> reader(BufferedReader text, char delimiter) {
    return CsvReader.builder()
        .fieldSeparator(delimiter)
        .skipEmptyLines(true)
        .allowUnclosedQuote(false)
        .allowExtraFields(true) // both are reported here, with better words
        .allowMissingFields(true)
        .build(CsvRecordHandler.builder().maxFields(MOST_COLUMNS).build(), text);
  }

  @Override
  public SourceFile file() {
    return file;
  }

  @Override
  public Kind kind(int column) {
    return Kind.TEXT;
  }

  @Override
  public List<String> header() {
    if (header == null) {
      each(true, (_, _) -> {});
    }
    return header;
  }

  /// Every line but the header's.
  @Override
  public void forEach(int[] columns, Consumer consumer) {
    each(false, consumer);
  }

  private void each(boolean headerAlone, Consumer consumer) {
    try (BufferedReader text = file.text(); CsvReader<CsvRecord> reader = reader(text, form.delimiter())) {
      Iterator<CsvRecord> records = reader.iterator();
      if (!records.hasNext()) {
        throw file.failure("is empty");
      }
      CsvRecord first = records.next();
      if (header == null) {
        header = names(first);
      }
      if (headerAlone) {
        return;
      }
      if (!form.headed()) {
        accept(consumer, first);
      }
      while (records.hasNext()) {
        accept(consumer, records.next());
      }
    } catch (CsvParseException e) {
      throw new Failure(Failure.Kind.DATA, file.name() + ": is not csv: " + SourceFile.why(e) + otherwise(), e);
    } catch (UncheckedIOException e) {
      throw unreadable(e.getCause());
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private void accept(Consumer consumer, CsvRecord record) {
    if (record.getFieldCount() != header.size()) {
      throw new Failure(
          Failure.Kind.DATA,
          at((int) record.getStartingLineNumber()) + ": has " + record.getFieldCount() + " cells, the first line has " + header.size() + otherwise());
    }
    consumer.accept((int) record.getStartingLineNumber(), new Line(record, form.decimalComma()));
  }

  /// What divides the cells, where something else seems to than it is read with.
  @Override
  public String otherwise() {
    char found = CsvForm.sniffed(file, ',', ';', '\t', '|').delimiter();
    return found == form.delimiter() ? "" : "; the cells seem to be divided by " + (found == '\t' ? "tabs (`delimiter: tab`)" : "'" + found + "' (`delimiter: '" + found + "'`)");
  }

  private record Line(CsvRecord record, boolean decimalComma) implements Cells {
    @Override
    public String text(int column) {
      return decimalComma ? CsvCell.withPoint(record.getField(column)) : record.getField(column);
    }

    @Override
    public double number(int column) {
      throw new IllegalStateException("a csv file holds texts");
    }
  }

  /// `file:line`.
  @Override
  public String at(int line) {
    return file.name() + ":" + line;
  }

  @Override
  public String atHeader() {
    return at(1);
  }

  private List<String> names(CsvRecord first) {
    if (!form.headed()) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < first.getFieldCount(); i++) {
        names.add("c" + i);
      }
      return names;
    }
    List<String> names = first.getFields().stream().map(String::strip).toList();
    if (names.stream().anyMatch(n -> n.indexOf(0) >= 0)) {
      throw file.failure("is not text" + (names.getFirst().startsWith("PK") ? " but a zip archive, as workbooks are too; unpack it, or save it as csv" : ""));
    }
    if (names.stream().noneMatch(n -> Double.isNaN(CsvCell.number(n)))) {
      throw new Failure(
          Failure.Kind.DATA, at(1) + ": the first line holds numbers, not names; say `header: false` where the file has no header");
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isEmpty()) {
        throw new Failure(Failure.Kind.DATA, at(1) + ": column " + (i + 1) + " has no name");
      }
      if (!seen.add(name)) {
        throw new Failure(Failure.Kind.DATA, at(1) + ": two columns are called '" + name + "'");
      }
    }
    return names;
  }

  private Failure unreadable(IOException e) {
    return e instanceof CharacterCodingException
        ? new Failure(Failure.Kind.DATA, file.name() + ": is not UTF-8 text; convert it, such as by iconv -f " + (wide() ? "UTF-16" : "WINDOWS-1252") + " -t UTF-8", e)
        : file.failure(e);
  }

  /// Whether it begins with the byte order mark of UTF-16.
  private boolean wide() {
    try (InputStream in = file.open()) {
      int first = in.read();
      int second = in.read();
      return first == 0xff && second == 0xfe || first == 0xfe && second == 0xff;
    } catch (IOException e) {
      return false;
    }
  }
}
