package dlt.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.data.JsonText;
import dlt.error.Failure;
import dlt.train.Predictions;
import dlt.train.Predictor;
import dlt.train.SavedModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Answers each JSON line with one JSON line as soon as it has come. A line that cannot be answered gets
/// `{"error":{"line":3,"message":"..."}}`; empty lines get nothing.
final class Answers {
  /// What Windows' programs begin a text with.
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final SavedModel model;
  private final Predictor predictor;
  private final Predictions predictions;
  private final boolean strict;

  /// `strict`: the first line that cannot be answered ends it.
  Answers(SavedModel model, Predictor predictor, boolean strict) {
    this.model = model;
    this.predictor = predictor;
    this.predictions = new Predictions(model, true);
    this.strict = strict;
  }

  /// The number of lines that could not be answered. Throws Failure(DATA) for the first of them where it is strict and where `in` cannot
  /// be read, and Failure(OUTPUT) where nobody reads `out` any more.
  long all(InputStream in, PrintStream out) {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    long unanswered = 0;
    long number = 0;
    for (String line = next(lines); line != null; line = next(lines)) {
      number++;
      if (number == 1 && line.startsWith(BYTE_ORDER_MARK)) {
        line = line.substring(BYTE_ORDER_MARK.length());
      }
      if (line.isBlank()) {
        continue;
      }
      String answer;
      try {
        answer = answer(line, "line " + number);
      } catch (Failure f) {
        if (strict || f.kind() != Failure.Kind.DATA) {
          throw f;
        }
        unanswered++;
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        error.putObject("error").put("line", number).put("message", f.getMessage());
        answer = error + "\n";
      }
      out.print(answer);
      if (out.checkError()) { // flushes too
        throw new Failure(Failure.Kind.OUTPUT, "the output could not be written: the pipe is closed or the disk is full");
      }
    }
    return unanswered;
  }

  private static String next(BufferedReader lines) {
    try {
      return lines.readLine();
    } catch (IOException e) {
      throw new Failure(Failure.Kind.DATA, "standard input: cannot be read: " + Failure.reason(e), e);
    }
  }

  private String answer(String line, String origin) {
    StringBuilder answer = new StringBuilder();
    predictor.predict(model.sample(JsonText.read(line, origin), origin), outputs -> answer.append(predictions.rows(outputs, List.of())));
    return answer.toString();
  }
}
