package dlt.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.error.Failure;

/// A line of JSON lines.
public final class JsonText {
  private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonText() {}

  /// The value that `line` is. Throws Failure(DATA), which begins with `origin`, where it is none or more than one.
  public static JsonNode read(String line, String origin) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      String begun = line.strip();
      throw new Failure(Failure.Kind.DATA, origin + ": is no JSON: " + why(e)
          + (begun.startsWith("{") || begun.startsWith("[") ? "" : "; expected {...} with the names of columns, or [...] with values"), e);
    }
  }

  /// What Jackson says, without its places and its advice to programmers.
  private static String why(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    return message.contains("ALLOW_NON_NUMERIC_NUMBERS") ? "NaN and Infinity are no numbers there; a missing value is null" : message.replaceAll(" \\((start marker at|consider enabling) .*|, from `[^`]*`", "");
  }
}
