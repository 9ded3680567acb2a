package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.reader.CsvReader;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelMetadataTest {
  @TempDir Path folder;

  @Test
  void classesAreOneLineOfCsvWhateverTheirNames() throws IOException {
    Files.writeString(folder.resolve("train.csv"), """
        x,y
        1,"Berlin, Mitte"
        2,the "old" town
        3,plain
        4,plain
        """);
    Prepared prepared = Prepared.of(ExperimentFile.read(Files.writeString(folder.resolve("exp.yaml"), """
        data: {train: {csv: {path: train.csv, target: y}}, split: none}
        model: {layers: [{linear: 3}]}
        loss: cross_entropy
        optimizer: sgd
        training: {batch_size: 2, epochs: 1}
        """), List.of()));
    String classes = ModelMetadata.of(prepared.assembly(), "", 1, Map.of()).get("classes");
    assertThat(classes).isEqualTo("\"Berlin, Mitte\",plain,\"the \"\"old\"\" town\"");
    assertThat(CsvReader.builder().ofCsvRecord(classes).stream().toList().getFirst().getFields())
        .containsExactly("Berlin, Mitte", "plain", "the \"old\" town");
  }
}
