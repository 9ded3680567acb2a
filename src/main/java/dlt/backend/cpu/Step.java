package dlt.backend.cpu;

/// One call of a program: a kernel bound to its operands. It allocates nothing.
@FunctionalInterface
interface Step {
  void run();
}
