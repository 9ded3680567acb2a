package dlt.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dlt.data.Column;
import dlt.data.Field;
import dlt.data.Vocabulary;
import dlt.metric.LabelSequence;
import dlt.metric.Task;
import dlt.run.MetricsLog;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A model's outputs as rows for people and scripts: for classes the class and each class's probability, for classes at many
/// places (steps, pixels) the class of each, for words the text, for a yes-or-no answer the answer and its probability, for sequences their labels,
/// else the numbers.
public final class Predictions {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "file";
  private static final double HALF = 0.5;

  private final boolean lines;
  private final Task task;
  private final String scored;
  private final List<String> classes;
  private final long blank;
  private final Optional<PlacedClasses> placed;
  private final Optional<Vocabulary> words;
  /// What the numbers of an output are called, where its target says so.
  private final Map<String, List<String>> named = new HashMap<>();
  private final List<String> columns = new ArrayList<>();

  /// Of `model`, as JSON lines or else as a table.
  public Predictions(SavedModel model, boolean lines) {
    this.lines = lines;
    this.task = model.task();
    this.scored = model.assembly().scored();
    this.classes = model.classes();
    this.blank = model.assembly().ignoredClass();
    this.placed = task == Task.MULTICLASS ? PlacedClasses.of(model.assembly()) : Optional.empty();
    this.words = placed.flatMap(_ -> model.text()).flatMap(Field::vocabulary);
    model.assembly().outputs().forEach((name, shape) -> model.assembly().targetField(name).map(Predictions::names)
        .filter(n -> n.size() > 1 && shape.rank() == 1 && n.size() == shape.size()).ifPresent(n -> named.put(name, n)));
    boolean single = model.assembly().outputs().size() == 1;
    model.assembly().outputs().forEach((name, shape) -> {
      boolean mine = name.equals(scored);
      if (mine && (sequence() || classified(shape.rank()) || answered((int) shape.size()))) {
        columns.add("prediction");
      }
      int size = (int) (mine && words.isPresent() ? 1 : mine && placed.isPresent() ? placed.get().places().size() : shape.size());
      for (int i = 0; i < size && !(mine && sequence()); i++) {
        columns.add(column(name, i, shape.rank(), size, single));
      }
    });
  }

  /// Of the columns of a target, or of the classes of its only one.
  static List<String> names(Field target) {
    return target.columns().size() > 1 ? target.columns().stream().map(Column::name).toList() : target.classes();
  }

  private boolean classified(int rank) {
    return task == Task.MULTICLASS && rank == 1;
  }

  private boolean sequence() {
    return task == Task.SEQUENCE;
  }

  private boolean answered(int size) {
    return task == Task.BINARY && size == 1;
  }

  private String column(String output, int i, int rank, int size, boolean single) {
    if (output.equals(scored) && classified(rank)) {
      return "p_" + className(i);
    }
    if (output.equals(scored) && answered(size)) {
      return "probability";
    }
    return (single ? "prediction" : output) + (size == 1 ? "" : "_" + (named.containsKey(output) ? named.get(output).get(i) : i));
  }

  private String className(int i) {
    return i < classes.size() ? classes.get(i) : Integer.toString(i);
  }

  /// The first line of a table, whose rows begin with a name where they are `named`; JSON lines have none.
  public String header(boolean named) {
    return lines ? "" : csv(named ? Stream.concat(Stream.of(FILE), columns.stream()).toList() : columns);
  }

  /// The rows of one batch of activated outputs, of samples that lie in files of these `names`; no names where they lie elsewhere.
  public String rows(SequencedMap<String, HostTensor> outputs, List<String> names) {
    StringBuilder text = new StringBuilder();
    int n = outputs.firstEntry().getValue().shape().dim(0);
    for (int sample = 0; sample < n; sample++) {
      List<String> cells = new ArrayList<>();
      ObjectNode line = JSON.createObjectNode();
      if (!names.isEmpty()) {
        cells.add(names.get(sample));
        line.put(FILE, names.get(sample));
      }
      for (Map.Entry<String, HostTensor> e : outputs.entrySet()) {
        add(e.getKey(), e.getValue(), sample, outputs.size() == 1, cells, line);
      }
      text.append(lines ? line + "\n" : csv(cells));
    }
    return text.toString();
  }

  /// The texts of one batch of outputs, of a model that writes them.
  public List<String> texts(SequencedMap<String, HostTensor> outputs) {
    HostTensor written = outputs.get(scored);
    return IntStream.range(0, written.shape().dim(0)).mapToObj(sample -> text(written, sample)).toList();
  }

  private String text(HostTensor written, int sample) {
    int size = written.shape().dim(1);
    return words.orElseThrow().text(size, i -> (int) written.longAt((long) sample * size + i));
  }

  private void add(String name, HostTensor output, int sample, boolean single, List<String> cells, ObjectNode line) {
    int size = (int) output.shape().size(1, output.shape().rank());
    boolean mine = name.equals(scored);
    if (mine && words.isPresent()) {
      String text = output.type().dtype() == DType.INT64 ? text(output, sample) : text(placed.get().of(output, sample));
      cells.add(text);
      line.put(single ? "prediction" : name, text);
      return;
    }
    if (mine && placed.isPresent()) {
      List<String> found = Arrays.stream(placed.get().of(output, sample)).mapToObj(this::className).toList();
      cells.addAll(found);
      line.set(single ? "prediction" : name, nested(found, placed.get().places().dims()));
      return;
    }
    double[] values = new double[size];
    int largest = 0;
    for (int i = 0; i < size; i++) {
      values[i] = output.at((long) sample * size + i);
      largest = values[i] > values[largest] ? i : largest;
    }
    if (mine && sequence()) {
      List<String> labels = LabelSequence.best(values, output.shape().dim(-1), blank).labels().stream().map(this::className).toList();
      cells.add(String.join(" ", labels));
      ArrayNode a = line.putArray("prediction");
      labels.forEach(a::add);
      return;
    }
    if (mine && classified(output.shape().rank() - 1)) {
      cells.add(className(largest));
      line.put("prediction", className(largest));
      ObjectNode p = line.putObject("probabilities");
      for (int i = 0; i < size; i++) {
        MetricsLog.put(p, className(i), values[i]);
      }
    } else if (mine && answered(size)) {
      String answer = className(values[0] >= HALF ? 1 : 0);
      cells.add(answer);
      MetricsLog.put(line.put("prediction", answer), "probability", values[0]);
    } else {
      String key = single ? "prediction" : name;
      if (size == 1) {
        MetricsLog.put(line, key, values[0]);
      } else if (named.containsKey(name)) {
        ObjectNode o = line.putObject(key);
        for (int i = 0; i < size; i++) {
          MetricsLog.put(o, named.get(name).get(i), values[i]);
        }
      } else {
        ArrayNode a = line.putArray(key);
        for (double v : values) {
          a.add(Double.isFinite(v) ? JSON.getNodeFactory().numberNode(v) : JSON.nullNode());
        }
      }
    }
    for (double v : values) {
      cells.add(Float.toString((float) v));
    }
  }

  private String text(int[] indices) {
    return words.orElseThrow().text(indices.length, i -> indices[i]);
  }

  /// `items` row-major as lists in lists of these sizes.
  private static ArrayNode nested(List<String> items, List<Integer> dims) {
    ArrayNode r = JSON.createArrayNode();
    int each = items.size() / dims.getFirst();
    for (int i = 0; i < dims.getFirst(); i++) {
      if (dims.size() == 1) {
        r.add(items.get(i));
      } else {
        r.add(nested(items.subList(i * each, (i + 1) * each), dims.subList(1, dims.size())));
      }
    }
    return r;
  }

  /// The names of a table's columns.
  List<String> columns() {
    return List.copyOf(columns);
  }

  /// The cells of one sample of a batch of activated outputs.
  List<String> cells(SequencedMap<String, HostTensor> outputs, int sample) {
    List<String> cells = new ArrayList<>();
    outputs.forEach((name, output) -> add(name, output, sample, outputs.size() == 1, cells, JSON.createObjectNode()));
    return cells;
  }

  /// A line of a table.
  static String csv(List<String> cells) {
    StringWriter out = new StringWriter();
    try (CsvWriter writer = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(out)) {
      writer.writeRecord(cells);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter throws none
    }
    return out.toString();
  }
}
