package dlt.experiment;

import dlt.config.Doc;
import java.util.Locale;

/// Where to compute.
public enum Device {
  @Doc("An NVIDIA GPU where there is one that can be used, else the processor.") AUTO,
  @Doc("The processor.") CPU,
  @Doc("An NVIDIA GPU, or exit code 6.") CUDA,
  @Doc("Plain float64 loops, slow: the oracle for checks.") REFERENCE;

  /// As it is written in experiments and on the command line.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
