package dlt.metric;

import java.util.ArrayList;
import java.util.List;

/// The labels of one sample in their order: classes but the blank.
public record LabelSequence(List<Integer> labels) {
  public LabelSequence {
    labels = List.copyOf(labels);
  }

  /// What the scores [steps, classes] say: the best class of each step, without repeats and then without the blank
  /// (Graves et al., 2006: best path decoding).
  public static LabelSequence best(double[] scores, int classes, long blank) {
    List<Integer> labels = new ArrayList<>();
    long previous = blank;
    for (int at = 0; at < scores.length; at += classes) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = scores[at + c] > scores[at + best] ? c : best;
      }
      if (best != blank && best != previous) {
        labels.add(best);
      }
      previous = best;
    }
    return new LabelSequence(labels);
  }

  /// A target's labels, up to the first blank.
  public static LabelSequence target(double[] labels, long blank) {
    List<Integer> r = new ArrayList<>();
    for (int i = 0; i < labels.length && labels[i] != blank; i++) {
      r.add((int) labels[i]);
    }
    return new LabelSequence(r);
  }

  /// The fewest insertions, deletions and replacements that make `other` of this one (Levenshtein, 1965).
  public int distance(LabelSequence other) {
    int[] row = new int[other.labels.size() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= labels.size(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (labels.get(i - 1).equals(other.labels.get(j - 1)) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.labels.size()];
  }
}
