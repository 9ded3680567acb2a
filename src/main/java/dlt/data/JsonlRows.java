package dlt.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.ObjIntConsumer;

/// The lines of a file of JSON lines: UTF-8, an object each; empty lines are skipped. A row's place is its line. It can be read
/// several times: the names come from all lines.
final class JsonlRows implements TableRows {
  private final SourceFile file;
  private final List<String> header;
  private final Set<String> nested = new HashSet<>();

  JsonlRows(SourceFile file) {
    this.file = file;
    SequencedSet<String> names = new LinkedHashSet<>();
    each((object, _) -> {
      for (Map.Entry<String, JsonNode> e : object.properties()) {
        names.add(e.getKey());
        if (e.getValue().isContainerNode()) {
          nested.add(e.getKey());
        }
      }
    });
    if (names.isEmpty()) {
      throw file.failure("has no columns");
    }
    this.header = List.copyOf(names);
  }

  private void each(ObjIntConsumer<ObjectNode> consumer) {
    try (BufferedReader text = file.text()) {
      int number = 0;
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        number++;
        if (!line.isBlank()) {
          consumer.accept(object(line, number), number);
        }
      }
    } catch (IOException e) {
      throw file.failure(e);
    }
  }

  private ObjectNode object(String line, int number) {
    String whole = "; every line is an object by itself: jq -c ";
    JsonNode json;
    try {
      json = JsonText.read(line, at(number));
    } catch (Failure f) {
      throw line.strip().equals("{") || line.strip().equals("[")
          ? new Failure(Failure.Kind.DATA, at(number) + ": ends within a value" + whole + (line.strip().equals("[") ? "'.[]'" : ".") + " makes such lines", f) : f;
    }
    if (!(json instanceof ObjectNode object)) {
      throw new Failure(Failure.Kind.DATA, at(number) + ": is " + (json.isArray() ? "an array" : "no object") + ", expected an object with a name for each column"
          + (json.isArray() ? whole + "'.[]' makes such lines of an array" : ""));
    }
    return object;
  }

  @Override
  public SourceFile file() {
    return file;
  }

  @Override
  public List<String> header() {
    return header;
  }

  @Override
  public boolean reads(int column) {
    return !nested.contains(header.get(column));
  }

  @Override
  public Kind kind(int column) {
    if (!reads(column)) {
      throw file.failure("column '" + header.get(column) + "' holds objects or arrays, and samples are numbers and names; list it under `ignore`");
    }
    return Kind.TEXT;
  }

  @Override
  public void forEach(int[] columns, Consumer consumer) {
    each((object, line) -> consumer.accept(line, new Row(object, header)));
  }

  private record Row(ObjectNode object, List<String> header) implements Cells {
    @Override
    public String text(int column) {
      JsonNode value = object.get(header.get(column));
      return value == null || value.isNull() ? null : value.asText();
    }

    @Override
    public double number(int column) {
      throw new IllegalStateException("cells are read as texts");
    }
  }

  /// `file:line`.
  @Override
  public String at(int line) {
    return file.name() + ":" + line;
  }

  @Override
  public String atHeader() {
    return file.name();
  }
}
