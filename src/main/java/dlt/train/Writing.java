package dlt.train;

import dlt.error.Failure;
import java.util.Optional;
import java.util.OptionalInt;

/// How a model writes a text: which words are taken of those that it finds likely, how many at the most, besides what is given to go
/// on from, and the word that ends it, in addition to the end mark.
public record Writing(Choice choice, OptionalInt maxLength, Optional<String> end) {
  private static final int LONGEST = 1_000_000, MOST_BEAMS = 10_000;

  /// The likeliest word at each place.
  public static final Writing GREEDY = new Writing(new Beams(1), OptionalInt.empty(), Optional.empty());

  public Writing {
    int most = maxLength.orElse(1);
    require(most >= 1 && most <= LONGEST, "--max-length " + most + ": expected 1 to " + LONGEST);
  }

  /// How words are chosen.
  public sealed interface Choice {
    /// How many texts are written at a time for one that is asked for.
    int width();
  }

  /// A search for a likely text, with so many at a time: of all that are one word longer, those whose words have the highest mean
  /// log-probability are kept. With one it takes the likeliest word at each place.
  public record Beams(int width) implements Choice {
    public Beams {
      require(width >= 1 && width <= MOST_BEAMS, "--beams " + width + ": expected 1 to " + MOST_BEAMS);
    }
  }

  /// Each word drawn by chance, by its probability to the power of 1 / `temperature`: of the `topK` likeliest, and of the fewest
  /// likeliest of these whose probabilities make up `topP` of theirs (Holtzman et al., 2019). What is drawn depends on the seed, the
  /// number of the sample and the place in the text alone.
  public record Draw(double temperature, int topK, double topP, long seed) implements Choice {
    public Draw {
      require(temperature > 0 && Double.isFinite(temperature), "--temperature " + temperature + ": expected more than 0; leave it out for the likeliest words");
      require(topK >= 1, "--top-k " + topK + ": expected at least 1");
      require(topP > 0 && topP <= 1, "--top-p " + topP + ": expected more than 0, up to 1");
    }

    @Override
    public int width() {
      return 1;
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new Failure(Failure.Kind.USAGE, otherwise);
    }
  }
}
