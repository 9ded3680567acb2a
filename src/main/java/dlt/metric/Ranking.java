package dlt.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Scores and answers of one class or label, kept for the metrics that depend on their order.
final class Ranking {
  private double[] scores = new double[64];
  private boolean[] answers = new boolean[64];
  private int size;

  void add(double score, boolean answer) {
    if (size == scores.length) {
      scores = Arrays.copyOf(scores, 2 * size);
      answers = Arrays.copyOf(answers, 2 * size);
    }
    scores[size] = score;
    answers[size++] = answer;
  }

  /// Takes the scores from the highest to the lowest, equal ones at once.
  private interface Visitor {
    void at(double score, long truePositives, long falsePositives);
  }

  private void descend(Visitor visitor) {
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(scores[b], scores[a]));
    long truePositives = 0;
    long falsePositives = 0;
    for (int i = 0; i < size; i++) {
      if (answers[order[i]]) {
        truePositives++;
      } else {
        falsePositives++;
      }
      if (i == size - 1 || scores[order[i]] != scores[order[i + 1]]) {
        visitor.at(scores[order[i]], truePositives, falsePositives);
      }
    }
  }

  private long positives() {
    long r = 0;
    for (int i = 0; i < size; i++) {
      r += answers[i] ? 1 : 0;
    }
    return r;
  }

  /// The area under the receiver operating characteristic; NaN where all answers are the same.
  double rocAuc() {
    double positives = positives();
    double[] last = new double[2];
    double[] area = new double[1];
    descend((_, truePositives, falsePositives) -> {
      area[0] += (falsePositives - last[1]) * (truePositives + last[0]) / 2;
      last[0] = truePositives;
      last[1] = falsePositives;
    });
    return area[0] / (positives * (size - positives));
  }

  /// The precisions at each score, weighted by how much recall grows there; 0 where no answer is yes.
  double averagePrecision() {
    double positives = positives();
    double[] last = new double[1];
    double[] sum = new double[1];
    descend((_, truePositives, falsePositives) -> {
      sum[0] += (truePositives - last[0]) * truePositives / (truePositives + falsePositives);
      last[0] = truePositives;
    });
    return ClassCounts.ratio(sum[0], positives);
  }

  /// The figures at each score that occurs, from the highest to the lowest.
  List<Threshold> thresholds() {
    double positives = positives();
    List<Threshold> r = new ArrayList<>();
    descend((score, truePositives, falsePositives) -> r.add(new Threshold(score, truePositives / positives,
        falsePositives / (size - positives), (double) truePositives / (truePositives + falsePositives))));
    return r;
  }
}
