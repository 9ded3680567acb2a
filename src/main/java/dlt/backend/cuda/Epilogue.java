package dlt.backend.cuda;

import java.util.Optional;

/// What becomes of the sums of a product before they are stored: a bias, with an element for each column of a matrix or channel of an
/// image, is added; with `relu` what is negative becomes zero; and then comes `finish`.
record Epilogue(Optional<Operand> bias, boolean relu, Optional<Finish> finish) {
  static Epilogue of(Operand bias, boolean relu) {
    return new Epilogue(Optional.of(bias), relu, Optional.empty());
  }

  static Epilogue of(Finish finish) {
    return new Epilogue(Optional.empty(), false, Optional.of(finish));
  }

  /// `launch`, which stores what `epilogue` is for, with the operations at its end.
  static Launch finished(Optional<Epilogue> epilogue, Launch launch) {
    return epilogue.flatMap(Epilogue::finish).map(f -> f.on(launch)).orElse(launch);
  }

  /// Of the bias, or 0.
  long biasAddress() {
    return bias.map(Operand::address).orElse(0L);
  }
}
