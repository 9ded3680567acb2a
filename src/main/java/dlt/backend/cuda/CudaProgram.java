package dlt.backend.cuda;

import dlt.backend.Buffer;
import dlt.backend.KernelCall;
import dlt.backend.Program;
import dlt.backend.cuda.driver.Context;
import dlt.tensor.HostTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/// One captured graph, and the inputs on their way to it.
final class CudaProgram implements Program {
  /// Runs that may be on their way while the host goes on.
  private static final int AHEAD = 8;

  private final Device device;
  private final Compilation compilation;
  private final Resources owned;
  private final List<InputRing> rings = new ArrayList<>();
  private final Map<String, CudaInput> inputs = new LinkedHashMap<>();
  private final Map<String, CudaBuffer> outputs = new LinkedHashMap<>();
  private final Context.Graph graph;
  /// Made when they are asked for.
  private LaterValues later;
  private final Map<String, LaterTensors> laterTensors = new HashMap<>();
  private DeviceClock clock;

  /// Computes the constants of `compilation` and captures the rest. `owned` is given back with the program: what holds the memory from
  /// `address` on, for which it was compiled.
  CudaProgram(Device device, Compilation compilation, long address, Resources owned) {
    this.device = device;
    this.compilation = compilation;
    this.owned = owned;
    Context context = device.context();
    makeInputs(address);
    compilation.outputs().forEach((name, o) -> outputs.put(name, new CudaBuffer(device, o.type(), o.address(), false)));
    List<Launch> launches = new ArrayList<>(Compilation.launches(compilation.once()));
    launches.addAll(Compilation.launches(compilation.steps()));
    device.modules().load(launches);
    compilation.once().forEach(this::perform);
    device.synchronize();
    graph = context.capture(device.stream(), () -> compilation.steps().forEach(this::perform));
    owned.add(() -> context.destroy(graph));
  }

  private void makeInputs(long address) {
    if (compilation.small() > 0) {
      rings.add(new InputRing(device, address, compilation.small(), false, owned));
    }
    compilation.inputs().forEach((name, o) -> {
      if (o.address() >= address + compilation.small()) {
        rings.add(new InputRing(device, o.address(), o.type().bytes(), true, owned));
        inputs.put(name, new CudaInput(rings.getLast(), 0, o.type()));
      } else {
        inputs.put(name, new CudaInput(rings.getFirst(), o.address() - address, o.type()));
      }
    });
  }

  private void perform(Action action) {
    Context context = device.context();
    switch (action) {
      case Action.Call(Launch launch, var _) -> context.launch(device.modules().function(launch.kernel()), launch.grid(), launch.block(),
          launch.sharedBytes(), launch.argument(), device.stream());
      case Action.Copy(long from, long to, long bytes) -> context.copy(to, from, bytes, device.stream());
      case Action.Upload(var value, long to) -> device.write(to, value.data());
    }
  }

  @Override
  public Set<String> inputs() {
    return inputs.keySet();
  }

  @Override
  public Buffer input(String name) {
    return Program.named(inputs, "input", name);
  }

  @Override
  public Buffer output(String name) {
    return Program.named(outputs, "output", name);
  }

  /// Returns as soon as the run is on its way.
  @Override
  public void run() {
    rings.forEach(InputRing::arrive);
    device.context().launch(graph, device.stream());
  }

  @Override
  public int ahead() {
    return AHEAD;
  }

  @Override
  public DoubleSupplier later(String output) {
    if (later == null) {
      later = new LaterValues(device, owned);
    }
    return later.of(Program.named(compilation.outputs(), "output", output));
  }

  @Override
  public Supplier<HostTensor> laterTensor(String output) {
    Operand operand = Program.named(compilation.outputs(), "output", output);
    return laterTensors.computeIfAbsent(output, _ -> new LaterTensors(device, operand, owned)).now();
  }

  @Override
  public DoubleSupplier clock() {
    if (clock == null) {
      clock = new DeviceClock(device, owned);
    }
    return clock.now();
  }

  @Override
  public List<KernelCall> calls() {
    return compilation.calls();
  }

  /// One kernel after the other, not as a graph.
  @Override
  public void run(long[] nanos) {
    rings.forEach(InputRing::arrive);
    List<DoubleSupplier> ends = new ArrayList<>(List.of(clock()));
    for (Action action : compilation.steps()) {
      perform(action);
      ends.add(clock());
    }
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] += Math.round((ends.get(i + 1).getAsDouble() - ends.get(i).getAsDouble()) * 1e6);
    }
  }

  @Override
  public long plannedBytes() {
    return compilation.bytes();
  }

  @Override
  public void close() {
    try (owned) {
      device.synchronize();
    }
  }
}
