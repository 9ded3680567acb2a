package dlt.data;

import dlt.tensor.HostTensor;
import java.util.List;

/// Samples side by side: tensors `[size, ...]`, one for each field of the schema. `index` counts from 0 within the epoch. The
/// memory is used again once the next batch is asked for.
public record Batch(List<HostTensor> inputs, List<HostTensor> targets, int size, int index) {}
