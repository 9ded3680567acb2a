package dlt.draft;

import dlt.data.Dataset;
import dlt.data.TargetKind;
import dlt.data.Text;
import dlt.data.Wanted;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Drafts a small transformer that learns to write a running text on, character by character.
final class TextDraft {
  /// Characters of a block: those of a long text, and of one that has fewer than so many of these.
  private static final int BLOCK = 64, SHORT = 16, FEW = 40;

  private final Path file;
  private final String name;
  private final String written;

  TextDraft(Path file, String name, String written) {
    this.file = file;
    this.name = name;
    this.written = written;
  }

  /// Whether a file of this name is one.
  static boolean reads(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).matches(".*\\.txt(\\.gz)?");
  }

  Draft draft() {
    Dataset characters = text(1);
    int block = characters.size() / BLOCK < FEW ? SHORT : BLOCK;
    int samples = text(block).size();
    int distinct = characters.inputs().getFirst().vocabulary().orElseThrow().words().size();
    List<String> seen = List.of(String.format(Locale.ROOT, "a text of %,d characters, %,d different ones, in %,d blocks of %d", characters.size() + 1, distinct, samples, block),
        "once it is trained: dlt predict --prompt TEXT --temperature 0.8");
    Yaml y = new Yaml().comments(seen).line("name: " + Yaml.scalar(name)).line("seed: 42").line("data:")
        .line("  train: {text: {path: " + Yaml.scalar(written) + ", length: " + block + "}}          # by: word for words in place of characters")
        .line("  split: {validation: 0.1, shuffle: false}     # the end of the text")
        .line("model:").line("  layers:").line("    - embedding: {embedding_dim: 128}").line("    - positional_encoding").line("    - repeat:").line("        times: 2").line("        layers:")
        .line("          - transformer_encoder_layer: {nhead: 4, dim_feedforward: 256, norm_first: true, is_causal: true}")
        .line("    - layer_norm").line("    - linear: classes                           # a score for each character").line("    - permute: [0, 2, 1]")
        .line("loss: cross_entropy")
        .training(samples, 3000, "2e-3", "accuracy, perplexity");
    return new Draft(name, y.toString(), seen);
  }

  private Dataset text(int length) {
    return Text.of(file.getFileName().toString(), length).open(file.toAbsolutePath().getParent(), Wanted.of(TargetKind.CLASSES));
  }
}
