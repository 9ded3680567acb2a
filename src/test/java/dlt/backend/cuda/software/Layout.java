package dlt.backend.cuda.software;

import java.util.HashMap;
import java.util.Map;

/// Where a kernel's parameters, shared and local variables lie in their spaces.
final class Layout {
  private final Map<String, Long> places = new HashMap<>();
  private final Map<Ptx.Space, Long> ends = new HashMap<>();

  Layout(Ptx module, Ptx.Function kernel) {
    ends.put(Ptx.Space.SHARED, (long) SharedMemory.BASE);
    // parameters first and in order: they are the launch's argument
    kernel.parameters().forEach(this::add);
    module.variables().values().stream().filter(v -> v.bytes() > 0).forEach(this::add);
    kernel.locals().values().stream().filter(v -> !places.containsKey(v.name()) && v.bytes() > 0).forEach(this::add);
    // what the launch settles begins where the rest ends, at the alignment that hardware gives it
    Ptx.Variable dynamic = null;
    for (Ptx.Variable v : module.variables().values()) {
      dynamic = v.space() == Ptx.Space.SHARED && v.bytes() == 0 ? v : dynamic;
      if (v == dynamic) {
        align(Ptx.Space.SHARED, Math.max(16, v.alignment()));
      }
    }
    for (Ptx.Variable v : module.variables().values()) {
      if (v.space() == Ptx.Space.SHARED && v.bytes() == 0) {
        places.put(v.name(), end(Ptx.Space.SHARED));
      }
    }
  }

  private void add(Ptx.Variable v) {
    if (v.space() == Ptx.Space.GLOBAL || v.space() == Ptx.Space.CONST) {
      return;
    }
    align(v.space(), v.alignment());
    places.put(v.name(), end(v.space()));
    ends.put(v.space(), end(v.space()) + v.bytes());
  }

  private void align(Ptx.Space space, int alignment) {
    ends.put(space, (end(space) + alignment - 1) / alignment * alignment);
  }

  /// The first byte that no variable of that space takes.
  long end(Ptx.Space space) {
    return ends.getOrDefault(space, 0L);
  }

  /// The address of a variable within its space, or null where the module's loading settles it.
  Long place(String name) {
    return places.get(name);
  }
}
