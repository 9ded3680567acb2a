package dlt.train;

import dlt.backend.Program;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/// The programs of one graph for batches of different sizes, each compiled when it is first asked for.
final class Programs implements AutoCloseable {
  private final IntFunction<Program> compile;
  private final Map<Integer, Program> bySize = new HashMap<>();

  Programs(IntFunction<Program> compile) {
    this.compile = compile;
  }

  /// The program for batches of `size` samples.
  Program of(int size) {
    return bySize.computeIfAbsent(size, compile::apply);
  }

  /// How many runs of any of those that are there may be on their way.
  int ahead() {
    return bySize.values().stream().mapToInt(Program::ahead).min().orElse(0);
  }

  @Override
  public void close() {
    bySize.values().forEach(Program::close);
  }
}
