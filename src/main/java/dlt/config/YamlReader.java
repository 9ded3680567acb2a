package dlt.config;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/// YAML text to nodes, from the parser's events (so that no tag is ever resolved and no object built). Aliases share the
/// anchored node; depth, size and what aliases expand to are limited.
final class YamlReader {
  private static final long MAX_BYTES = 8 << 20;
  private static final int MAX_DEPTH = 100;
  private static final int MAX_NODES = 500_000;

  /// Text that is one scalar without any doubt: most defaults and overrides.
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]*");

  /// Line and column (from 0) in the text that is read to a place.
  interface Places {
    Location at(int line, int column);
  }

  private record Anchored(YamlNode node, int size) {}

  private final Places places;
  private final ParserImpl parser;
  private final List<Diagnostic> errors = new ArrayList<>();
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int nodes;

  private YamlReader(String text, Places places) {
    this.places = places;
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE);
    this.parser = new ParserImpl(new StreamReader(text), options);
  }

  static YamlNode read(Path file) {
    byte[] bytes;
    try {
      if (Files.isDirectory(file)) {
        throw new Failure(Failure.Kind.USAGE, file + ": found a folder, expected a YAML file");
      }
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new Failure(Failure.Kind.USAGE, file + ": found " + size + " bytes, expected a YAML file of at most " + MAX_BYTES);
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new Failure(Failure.Kind.USAGE, file + ": there is no such file", e);
    } catch (IOException e) {
      throw new Failure(Failure.Kind.USAGE, file + ": cannot be read: " + Failure.reason(e), e);
    }
    return parse(decode(bytes, file), file);
  }

  private static String decode(byte[] bytes, Path file) {
    CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 1);
    CoderResult result = utf8.decode(in, out, true);
    out.flip();
    if (result.isError()) {
      String[] before = lines(out.toString());
      Location at = new Location(file, before.length, before[before.length - 1].length() + 1, "");
      throw new ConfigException(at, "found the byte 0x" + Integer.toHexString(bytes[in.position()] & 0xff) + ", expected UTF-8 text", "save the file as UTF-8");
    }
    return out.toString();
  }

  static YamlNode parse(String text, Path file) {
    String plain = text.startsWith("\ufeff") ? text.substring(1) : text;
    String[] lines = lines(plain);
    return parse(
        plain, (line, column) -> new Location(file, line + 1, column + 1, line < lines.length ? lines[line] : ""));
  }

  /// The lines of a text by the line breaks that the parser counts.
  private static String[] lines(String text) {
    return text.split("\r\n|[\n\r\u0085\u2028\u2029]", -1);
  }

  /// The document in `text`, its places told by `places`.
  static YamlNode parse(String text, Places places) {
    if (WORD.matcher(text).matches()) {
      return new YamlNode.Scalar(places.at(0, 0), text, false);
    }
    YamlReader reader;
    try {
      reader = new YamlReader(text, places);
      YamlNode root = reader.document();
      if (reader.errors.isEmpty()) {
        return root;
      }
    } catch (MarkedYAMLException e) {
      throw syntax(e, places);
    } catch (ReaderException e) {
      String[] before = lines(text.substring(0, text.offsetByCodePoints(0, Math.min(e.getPosition(), text.codePointCount(0, text.length())))));
      Location at = places.at(before.length - 1, before[before.length - 1].length());
      throw new ConfigException(at, "found the character U+" + Integer.toHexString(e.getCodePoint()) + ", expected printable text", "");
    } catch (YAMLException e) {
      throw new ConfigException(places.at(0, 0), "not YAML: " + e.getMessage(), "");
    }
    throw new ConfigException(reader.errors);
  }

  private static ConfigException syntax(MarkedYAMLException e, Places places) {
    Mark mark = e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
    String problem = e.getProblem() == null ? e.getMessage() : e.getProblem();
    String context = e.getContext() == null || e.getContext().isEmpty() ? "" : e.getContext() + ": ";
    String hint =
        problem.contains("TAB") ? "indent with spaces"
        : problem.contains("mapping values are not allowed") ? "quote a value that holds `: `, and look at the indentation"
        : problem.contains("<block end>") ? "the keys of one mapping, and the dashes of one list, start in the same column"
        : problem.contains("could not find expected ':'") ? "a key needs `: ` and its value"
        : problem.contains("cannot start any token") ? "quote a value that begins with a special character"
        : "";
    return new ConfigException(places.at(mark.getLine(), mark.getColumn()), "not YAML: " + context + problem, hint);
  }

  private Location at(Event e) {
    return places.at(e.getStartMark().getLine(), e.getStartMark().getColumn());
  }

  private YamlNode document() {
    parser.getEvent();
    if (parser.checkEvent(Event.ID.StreamEnd)) {
      return new YamlNode.Scalar(places.at(0, 0), "", false);
    }
    parser.getEvent();
    YamlNode root = node(parser.getEvent(), 0);
    parser.getEvent();
    if (!parser.checkEvent(Event.ID.StreamEnd)) {
      errors.add(new Diagnostic(at(parser.peekEvent()), "found a second document, expected one in a file", "remove the line `---`"));
    }
    return root;
  }

  private YamlNode node(Event event, int depth) {
    if (depth > MAX_DEPTH) {
      throw limit(event, "more than " + MAX_DEPTH + " levels");
    }
    int before = nodes;
    count(event, 1);
    if (event instanceof AliasEvent alias) {
      Anchored anchored = anchors.get(alias.getAnchor());
      if (anchored == null) {
        errors.add(new Diagnostic(at(event), "found *" + alias.getAnchor() + ", expected the name of an anchor that ends before", ""));
        return new YamlNode.Scalar(at(event), "", false);
      }
      count(event, anchored.size);
      return anchored.node;
    }
    YamlNode node =
        event instanceof ScalarEvent s ? scalar(s)
        : event instanceof MappingStartEvent m ? mapping(m, depth)
        : sequence((CollectionStartEvent) event, depth);
    String anchor = ((NodeEvent) event).getAnchor();
    if (anchor != null) {
      anchors.put(anchor, new Anchored(node, nodes - before));
    }
    return node;
  }

  private void count(Event event, int more) {
    nodes += more;
    if (nodes > MAX_NODES) {
      throw limit(event, "more than " + MAX_NODES + " values, aliases expanded");
    }
  }

  private ConfigException limit(Event event, String found) {
    return new ConfigException(at(event), "found " + found + ", expected an experiment", "");
  }

  private YamlNode scalar(ScalarEvent s) {
    refuseTag(s, s.getTag());
    return new YamlNode.Scalar(at(s), s.getValue(), !s.isPlain());
  }

  private YamlNode sequence(CollectionStartEvent start, int depth) {
    refuseTag(start, start.getTag());
    List<YamlNode> items = new ArrayList<>();
    while (!parser.checkEvent(Event.ID.SequenceEnd)) {
      items.add(node(parser.getEvent(), depth + 1));
    }
    parser.getEvent();
    return new YamlNode.Sequence(at(start), items);
  }

  private YamlNode mapping(MappingStartEvent start, int depth) {
    refuseTag(start, start.getTag());
    List<YamlNode.Entry> entries = new ArrayList<>();
    while (!parser.checkEvent(Event.ID.MappingEnd)) {
      Event key = parser.getEvent();
      YamlNode name = node(key, depth + 1);
      YamlNode value = node(parser.getEvent(), depth + 1);
      if (!(name instanceof YamlNode.Scalar s)) {
        errors.add(new Diagnostic(at(key), "found a list or mapping as a key, expected a name", "quote a text that begins with [ or {"));
      } else if (s.text().equals("<<") && !s.quoted()) {
        errors.add(new Diagnostic(at(key), "found the merge key <<, which YAML 1.2 no longer has", "write the keys out, or use `blocks`"));
      } else {
        entries.add(new YamlNode.Entry(at(key), s.text(), value));
      }
    }
    parser.getEvent();
    return new YamlNode.Mapping(at(start), entries);
  }

  private void refuseTag(Event event, String tag) {
    if (tag != null) {
      errors.add(new Diagnostic(at(event), "found the tag " + tag + ", expected a plain value", "quote a text that begins with !"));
    }
  }
}
