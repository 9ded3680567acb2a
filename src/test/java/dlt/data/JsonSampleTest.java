package dlt.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.error.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonSampleTest {
  @TempDir Path folder;

  private static Csv table(String delimiter, String decimal) {
    return new Csv(new TableArguments("t.csv", List.of("y"), Optional.empty(), Map.of(), List.of(), Map.of("size", new ColumnType.Categorical()), Csv.Missing.ERROR, Csv.Unknown.ERROR, Optional.empty()),
        List.of(), delimiter, true, decimal);
  }

  private double[] read(Csv trained, String json) throws IOException {
    Schema schema = trained.open(folder, Wanted.of(TargetKind.VALUES)).schema();
    return Samples.input(JsonSample.part(new ObjectMapper().readTree(json), "line 1", trained, schema).dataset(), 0);
  }

  @Test
  void textsMeanWhatTheyMeanInTheTable() throws IOException {
    Files.writeString(folder.resolve("t.csv"), "x;size;y\n1,5;2,5;1\n2,25;3,5;2\n");
    Csv commas = table(";", ",");
    assertThat(read(commas, "{\"x\": \"1.000,5\", \"size\": \"3,5\"}")).containsExactly(1000.5, 1);
    assertThat(read(commas, "{\"x\": 1.5, \"size\": 2.5}")).containsExactly(1.5, 0);
    assertThat(read(commas, "[1.234, 2.5]")).containsExactly(1.234f, 0);
    Files.writeString(folder.resolve("t.csv"), "x,size,y\n1.5,a,1\n2.25,b,2\n");
    assertThatThrownBy(() -> read(table(",", "."), "{\"x\": \"1,5\", \"size\": \"a\"}")).isInstanceOf(Failure.class).hasMessage("line 1: 'x': '1,5' is not a number");
  }
}
