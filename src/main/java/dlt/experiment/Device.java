package dlt.experiment;

import dlt.config.Doc;

/// Where to compute.
public enum Device {
  @Doc("The fastest that there is.") AUTO,
  @Doc("The processor.") CPU,
  @Doc("An NVIDIA GPU.") CUDA,
  @Doc("Plain float64 loops, slow: the oracle for checks.") REFERENCE
}
