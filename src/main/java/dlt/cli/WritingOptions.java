package dlt.cli;

import dlt.error.Failure;
import dlt.train.SavedModel;
import dlt.train.Writing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// How a model writes texts, and what it is given.
final class WritingOptions {
  @Option(names = "--prompt", paramLabel = "TEXT", description =
      "In place of --input, for a model that writes texts: the text that it reads, or goes on from. Standard output is then the text alone.")
  Optional<String> prompt = Optional.empty();

  @Option(names = "--samples", paramLabel = "N", description = "How many texts to write for --prompt, each drawn anew; 1 where left out.")
  Optional<Integer> samples = Optional.empty();

  @Option(names = "--temperature", paramLabel = "T", description =
      "Draw each word by chance, by its probability to the power of 1/T. One of the options --temperature, --top-k, --top-p, --seed and --samples is enough to "
          + "draw words; without, the likeliest ones are written.")
  Optional<Double> temperature = Optional.empty();

  @Option(names = "--top-k", paramLabel = "K", description = "Draw from the K likeliest words.")
  Optional<Integer> topK = Optional.empty();

  @Option(names = "--top-p", paramLabel = "P", description = "Draw from the fewest likeliest words that have the probability P together.")
  Optional<Double> topP = Optional.empty();

  @Option(names = "--seed", paramLabel = "N", description = "The seed of what is drawn, 0 where left out: the same seed, the same text.")
  Optional<Long> seed = Optional.empty();

  @Option(names = "--beams", paramLabel = "N", description = "Search with N texts at a time for the one whose words have the highest mean log-probability.")
  Optional<Integer> beams = Optional.empty();

  @Option(names = "--max-length", paramLabel = "N", description =
      "How many words or characters to write at the most; as many as the model's texts have where left out, and no more unless it writes running text.")
  Optional<Integer> maxLength = Optional.empty();

  @Option(names = "--end", paramLabel = "WORD", description = "End before this word or character, besides the end that the model knows.")
  Optional<String> end = Optional.empty();

  /// What the options say; they are for models like `model` alone, where there are any.
  Writing writing(SavedModel model) {
    SequencedMap<String, Optional<?>> chance = new LinkedHashMap<>();
    chance.put("--temperature", temperature);
    chance.put("--top-k", topK);
    chance.put("--top-p", topP);
    chance.put("--seed", seed);
    chance.put("--samples", samples);
    List<String> drawing = given(chance);
    SequencedMap<String, Optional<?>> others = new LinkedHashMap<>();
    others.put("--beams", beams);
    others.put("--max-length", maxLength);
    others.put("--end", end);
    List<String> all = Stream.concat(drawing.stream(), given(others).stream()).toList();
    if (!all.isEmpty() && !model.writes()) {
      throw usage("the model writes no texts: leave out " + String.join(", ", all));
    }
    if (samples.isPresent() && prompt.isEmpty()) {
      throw usage("--samples goes with --prompt");
    }
    if (samples.filter(n -> n < 1).isPresent()) {
      throw usage("--samples " + samples.get() + ": expected at least 1");
    }
    if (beams.isPresent() && !drawing.isEmpty()) {
      throw usage("--beams looks for the likeliest text, and " + drawing.getFirst() + " draws words by chance: leave out one of the two");
    }
    Writing.Choice choice = drawing.isEmpty() ? new Writing.Beams(beams.orElse(1))
        : new Writing.Draw(temperature.orElse(1.0), topK.orElse(Integer.MAX_VALUE), topP.orElse(1.0), seed.orElse(0L));
    return new Writing(choice, maxLength.map(OptionalInt::of).orElseGet(OptionalInt::empty), end);
  }

  private static List<String> given(SequencedMap<String, Optional<?>> options) {
    return options.entrySet().stream().filter(o -> o.getValue().isPresent()).map(Map.Entry::getKey).toList();
  }

  private static Failure usage(String message) {
    return new Failure(Failure.Kind.USAGE, message);
  }
}
