package dlt.optim;

import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

@Doc("Parameters with settings of their own, by name.")
public record Group(
    @Doc("A regular expression for the whole name of a parameter, such as 'backbone\\..*'; the first group that matches counts.")
        String match,
    @Doc("Their learning rate; schedules apply to it.") @Range(min = 0) Optional<Double> lr,
    @Doc("Their weight decay.") @Range(min = 0) Optional<Double> weightDecay) {
  public Group {
    try {
      Pattern.compile(match);
    } catch (PatternSyntaxException e) {
      throw new Invalid("match", "'" + match + "'", "a regular expression: " + e.getDescription());
    }
  }

  /// Refuses a weight decay in `groups`, those of an optimizer that has none. Throws [Invalid].
  static void requireNoDecay(List<Group> groups) {
    for (Group g : groups) {
      if (g.weightDecay.isPresent()) {
        throw new Invalid("groups", "weight_decay " + g.weightDecay.get() + " for '" + g.match + "'", "lr alone: this optimizer has no weight decay");
      }
    }
  }

  /// Whether a parameter of this name belongs to it.
  public boolean matches(String parameter) {
    return Pattern.matches(match, parameter);
  }
}
