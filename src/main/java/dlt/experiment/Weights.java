package dlt.experiment;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Shorthand;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

@Doc("Weights under PyTorch's names.")
@Shorthand
public record Weights(
    @Doc("A safetensors or npz file, an ONNX model or the folder of another run.") String weights,
    @Doc("Regular expressions and what replaces them in the file's names, one after the other.") @Default("{}") Map<String, String> rename,
    @Doc("Whether the file (of several: all together) must hold exactly the model's parameters and buffers.") @Default("true") boolean strict) {
  public Weights {
    rename.forEach((pattern, replacement) -> {
      try {
        Pattern.compile(pattern + "|").matcher("").replaceAll(replacement); // matches nothing too, so that the replacement is read
      } catch (PatternSyntaxException e) {
        throw new Invalid("rename", "'" + pattern + "'", "a regular expression: " + e.getDescription());
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new Invalid("rename", "'" + replacement + "' in place of '" + pattern + "' (" + e.getMessage() + ")",
            "a text in which $1 stands for the first group of the expression, and \\$ for a dollar");
      }
    });
  }

  /// A name of the file as the model has it.
  public String renamed(String name) {
    for (Map.Entry<String, String> e : rename.entrySet()) {
      name = Pattern.compile(e.getKey()).matcher(name).replaceAll(e.getValue());
    }
    return name;
  }
}
