package dlt.backend.cuda;

import dlt.backend.cuda.driver.Context;
import dlt.error.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The kernels that a context has loaded, each once: the driver takes long to compile a module.
final class Modules implements AutoCloseable {
  /// What a block can ask for without [Context#sharedMemory].
  private static final int USUAL_SHARED_MEMORY = 48 << 10;

  private final Context context;
  private final List<Context.Module> loaded = new ArrayList<>();
  private final Map<String, Context.Module> shipped = new HashMap<>();
  private final Map<Launch.Kernel, Context.Function> functions = new HashMap<>();
  private final Map<Launch.Kernel, Integer> sharedMemory = new HashMap<>();

  Modules(Context context) {
    this.context = context;
  }

  /// Loads what `launches` need. All kernels that are written for them and new become one module.
  void load(Collection<Launch> launches) {
    Map<String, Launch.Written> written = new LinkedHashMap<>();
    for (Launch launch : launches) {
      if (!functions.containsKey(launch.kernel())) {
        switch (launch.kernel()) {
          case Launch.Shipped kernel -> functions.put(kernel, context.function(module(kernel.module()), kernel.name()));
          case Launch.Finished kernel -> throw new IllegalArgumentException(kernel.name() + " has not been written");
          case Launch.Written kernel -> {
            Launch.Written other = written.putIfAbsent(kernel.name(), kernel);
            if (other != null && !other.equals(kernel)) {
              throw new IllegalStateException("two kernels are called " + kernel.name());
            }
          }
        }
      }
    }
    if (!written.isEmpty()) {
      Context.Module module = load(joined(written.values()));
      written.values().forEach(kernel -> functions.put(kernel, context.function(module, kernel.name())));
    }
    for (Launch launch : launches) {
      if (launch.sharedBytes() > sharedMemory.getOrDefault(launch.kernel(), USUAL_SHARED_MEMORY)) {
        context.sharedMemory(functions.get(launch.kernel()), launch.sharedBytes());
        sharedMemory.put(launch.kernel(), launch.sharedBytes());
      }
    }
  }

  /// The function of a kernel that has been loaded.
  Context.Function function(Launch.Kernel kernel) {
    return functions.get(kernel);
  }

  private Context.Module module(String name) {
    Context.Module module = shipped.get(name);
    if (module == null) {
      module = load(resource(name + ".ptx"));
      shipped.put(name, module);
    }
    return module;
  }

  private Context.Module load(String ptx) {
    loaded.add(context.load(ptx));
    return loaded.getLast();
  }

  private static String resource(String name) {
    try (InputStream in = Modules.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new Failure(Failure.Kind.DEVICE, "cuda: " + name + " is missing in this installation of dlt; install it anew");
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Modules of a kernel each, as one: under one head.
  private static String joined(Collection<Launch.Written> kernels) {
    Set<String> heads = new HashSet<>();
    StringBuilder bodies = new StringBuilder();
    for (Launch.Written kernel : kernels) {
      Map<Boolean, List<String>> lines = kernel.ptx().lines().collect(Collectors.partitioningBy(Modules::head));
      heads.add(String.join("\n", lines.get(true)));
      lines.get(false).forEach(line -> bodies.append(line).append('\n'));
    }
    if (heads.size() > 1) {
      throw new IllegalStateException("written kernels have different heads: " + heads);
    }
    return heads.iterator().next() + "\n" + bodies;
  }

  private static boolean head(String line) {
    return line.startsWith(".version") || line.startsWith(".target") || line.startsWith(".address_size");
  }

  @Override
  public void close() {
    loaded.reversed().forEach(context::unload);
  }
}
