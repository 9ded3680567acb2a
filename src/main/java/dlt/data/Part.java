package dlt.data;

/// Some samples of a data set, by number in ascending order.
public record Part(String name, Dataset dataset, int[] samples) {
  public int size() {
    return samples.length;
  }
}
