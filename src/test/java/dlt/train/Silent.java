package dlt.train;

import java.util.Optional;

/// Hears of a training and says nothing; tests override what they want to know.
public class Silent implements TrainingListener {
  @Override
  public void step(int epoch, int epochs, int batch, int batches, int samples, double loss) {}

  @Override
  public void epoch(int epoch, int epochs, double trainLoss, Optional<Scores> validation, double seconds, double samplesPerSecond, boolean best) {}

  @Override
  public void note(String text) {}
}
