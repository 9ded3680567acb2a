package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonlTest {
  @TempDir Path folder;

  private Dataset open(String lines, Table.Missing missing, String... ignored) throws IOException {
    Files.writeString(folder.resolve("t.jsonl"), lines);
    TableArguments a = new TableArguments("t.jsonl", List.of("y"), Optional.empty(), Map.of(), List.of(ignored), Map.of(), missing, Table.Unknown.ERROR, Optional.empty());
    return new Jsonl(a, List.of()).open(folder, Wanted.of(TargetKind.CLASSES));
  }

  @Test
  void aLineIsASampleWhateverTheOrderOfItsNames() throws IOException {
    Dataset d = open("\uFEFF{\"size\": 1.5, \"plan\": \"pro\", \"new\": true, \"y\": 2}\n\n{\"y\": 7, \"new\": false, \"plan\": null, \"later\": 4, \"size\": \"2e1\"}\n", Table.Missing.KEEP);
    Field input = d.inputs().getFirst();
    assertThat(input.columns()).containsExactly(new Column("size", List.of()), new Column("plan", List.of("pro")), new Column("new", List.of("false", "true")), new Column("later", List.of()));
    assertThat(Samples.input(d, 0)).containsExactly(1.5, 0, 1, Double.NaN);
    assertThat(Samples.input(d, 1)).containsExactly(20, -1, 0, 4);
    assertThat(d.targets().getFirst().classes()).containsExactly("2", "7");
    assertThat(d.origin(1)).isEqualTo("t.jsonl:3");
  }

  @Test
  void whatIsNestedIsLeftOutOrNamed() throws IOException {
    String lines = "{\"a\": 1, \"tags\": [\"x\"], \"y\": \"no\"}\n{\"a\": 2, \"tags\": null, \"y\": \"yes\"}\n";
    assertThat(open(lines, Table.Missing.ERROR, "tags").inputs().getFirst().columns()).extracting(Column::name).containsExactly("a");
    assertThatThrownBy(() -> open(lines, Table.Missing.ERROR)).isInstanceOf(Failure.class)
        .hasMessage("t.jsonl: column 'tags' holds objects or arrays, and samples are numbers and names; list it under `ignore`");
  }

  @Test
  void aNameThatALineLacksIsMissing() {
    assertThatThrownBy(() -> open("{\"a\": 1, \"y\": 1}\n{\"y\": 2}\n", Table.Missing.ERROR)).hasMessageStartingWith("t.jsonl:2: column 'a': the value is missing");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      a,y                 | t.jsonl:1: is no JSON: Unrecognized token 'a': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false'); expected {...} with
      [{"a": 1, "y": 1}]  | t.jsonl:1: is an array, expected an object with a name for each column; every line is an object by itself: jq -c '.[]' makes
      {#  "a": 1,         | t.jsonl:1: ends within a value; every line is an object by itself: jq -c . makes such lines
      [#  {"a": 1},       | t.jsonl:1: ends within a value; every line is an object by itself: jq -c '.[]' makes such lines
      7                   | t.jsonl:1: is no object, expected an object with a name for each column
      {"a": 1} {"a": 2}   | t.jsonl:1: is no JSON:
      {}                  | t.jsonl: has no columns
      """)
  void whatIsNotALineOfItIsSaid(String text, String said) {
    assertThatThrownBy(() -> open(text.replace('#', '\n'), Table.Missing.ERROR)).isInstanceOf(Failure.class).hasMessageStartingWith(said);
  }
}
