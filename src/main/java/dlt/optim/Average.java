package dlt.optim;

/// How an average of the weights is kept beside them, for validation, selection and export (torch.optim.swa_utils): the
/// record's components are its arguments in the file. Both kinds start as a copy of the weights and then move towards them.
public sealed interface Average permits Ema, Swa {
  /// How far the average moves towards the weights when it is of `averaged` weights already, at least one.
  double share(long averaged);

  /// Whether it takes in weights after update number `update` of the `perEpoch` of `epoch` (both from 1).
  boolean takes(int epoch, int update, int perEpoch);

  /// Whether buffers are averaged too; else they are the model's, and statistics of batch norms are recomputed.
  boolean useBuffers();
}
