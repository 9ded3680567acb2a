package dlt.report;

import dlt.experiment.Assertion;
import dlt.run.AtomicFile;
import java.nio.file.Path;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// Asserts in the XML form of JUnit's reports, as build servers read it: one suite, whose first test case is the work itself and
/// whose others are the asserts, with the values found as their output.
public final class JUnitXml {
  /// The work that comes before the asserts, and what went wrong with it.
  public record Step(String name, double seconds, Optional<String> error) {}

  private final StringWriter text = new StringWriter();
  private final XMLStreamWriter xml;
  private final String subject;

  private JUnitXml(String subject) throws XMLStreamException {
    this.subject = subject;
    this.xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
  }

  /// Writes `file`; `subject` is what the asserts are about. Throws Failure(OUTPUT).
  public static void write(Path file, String subject, Step step, List<Assertion.Verdict> asserts) {
    try {
      String text = new JUnitXml(subject).suite(step, asserts);
      AtomicFile.write(file, text);
    } catch (XMLStreamException e) {
      throw new IllegalStateException(e); // a StringWriter throws none
    }
  }

  private String suite(Step step, List<Assertion.Verdict> asserts) throws XMLStreamException {
    String seconds = String.format(Locale.ROOT, "%.3f", step.seconds());
    xml.writeStartDocument("UTF-8", "1.0");
    begin("\n", "testsuites");
    begin("\n  ", "testsuite", "name", "dlt " + subject, "tests", Integer.toString(1 + asserts.size()),
        "failures", Long.toString(asserts.stream().filter(a -> a.wrong().isPresent()).count()),
        "errors", step.error().isPresent() ? "1" : "0", "skipped", "0", "time", seconds);
    begin("\n    ", "testcase", "classname", subject, "name", step.name(), "time", seconds);
    if (step.error().isPresent()) {
      wrong("error", step.error().get());
    }
    xml.writeEndElement();
    for (Assertion.Verdict a : asserts) {
      begin("\n    ", "testcase", "classname", subject, "name", a.assertion().text().orElseThrow(), "time", "0");
      if (a.wrong().isPresent()) {
        wrong("failure", a.wrong().get());
      }
      if (a.value().isPresent()) {
        begin("\n      ", "system-out");
        xml.writeCharacters(clean(a.assertion().metric() + " = " + a.value().get()));
        xml.writeEndElement();
      }
      xml.writeCharacters("\n    ");
      xml.writeEndElement();
    }
    xml.writeCharacters("\n  ");
    xml.writeEndElement();
    xml.writeCharacters("\n");
    xml.writeEndDocument();
    return text + "\n";
  }

  /// The message is its first line, the text all of it.
  private void wrong(String kind, String message) throws XMLStreamException {
    begin("\n      ", kind, "message", message.lines().findFirst().orElse(""), "type", kind.equals("failure") ? "assert" : "dlt");
    xml.writeCharacters(clean(message));
    xml.writeEndElement();
  }

  private void begin(String before, String element, String... attributes) throws XMLStreamException {
    xml.writeCharacters(before);
    xml.writeStartElement(element);
    for (int i = 0; i < attributes.length; i += 2) {
      xml.writeAttribute(attributes[i], clean(attributes[i + 1]));
    }
  }

  /// XML has no way to write most control characters.
  private static String clean(String s) {
    return s.replaceAll("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "?");
  }
}
