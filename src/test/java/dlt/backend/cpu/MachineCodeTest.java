package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.Buffer;
import dlt.backend.ImageNets;
import dlt.backend.cpu.MachineCode.Encoding;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Input;
import dlt.op.OpCase;
import dlt.op.OpCases;
import dlt.op.Value;
import dlt.op.Variable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The code of all kernels of the table of ops, of convolutions and of nets, instruction by instruction.
class MachineCodeTest {
  /// Opcodes by map and mandatory prefix, of instructions that AVX, AVX2 and FMA have for vectors of 256 bits, as Intel's manual (volume 2)
  /// lists them under these features. Opmask registers (AVX-512) have VEX opcodes too, and so have later features.
  private static final Map<String, Set<Integer>> AVX2 = Map.of(
      "1.0", Set.of(0x10, 0x11, 0x12, 0x14, 0x15, 0x16, 0x28, 0x2B, 0x51, 0x57, 0x58, 0x59, 0x5A, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x77, 0xC2, 0xC6),
      "1.1", Set.of(0x14, 0x15, 0x58, 0x59, 0x5A, 0x5B, 0x66, 0x6E, 0x70, 0x72, 0x73, 0x76, 0xD4, 0xDB, 0xDF, 0xEB, 0xEF, 0xF4, 0xFA, 0xFB, 0xFE),
      "1.2", Set.of(0x10, 0x11, 0x12, 0x16, 0x5B),
      "2.1", Set.of(0x16, 0x18, 0x2C, 0x2E, 0x31, 0x39, 0x3D, 0x40, 0x58, 0x98, 0xA8, 0xAA, 0xAC, 0xB8, 0xBC),
      "3.1", Set.of(0x06, 0x08, 0x19, 0x4A));

  @TempDir Path folder;

  static Stream<InstructionSet> sets() {
    return KernelBench.sets().stream().filter(s -> s != InstructionSet.JAVA);
  }

  private static Graph graph(OpCase c) {
    GraphBuilder g = new GraphBuilder();
    List<Value> inputs = IntStream.range(0, c.operands().size()).mapToObj(i -> (Value) g.input("x" + i, c.operands().get(i).type())).toList();
    g.output("y", g.emit(c.op(), inputs));
    return g.build();
  }

  private static Stream<Graph> convolutions(Stream<ConvolutionTest.Layer> layers) {
    return layers.flatMap(l -> l.passes().stream()).map(MachineCodeTest::graph);
  }

  private Stream<Graph> graphs() throws IOException {
    List<Graph> nets = new ArrayList<>();
    for (String net : List.of(ImageNets.RESNET, ImageNets.UNET, ImageNets.INCEPTION)) {
      nets.add(ImageNets.training(folder, net));
    }
    Stream<OpCase> ops = Stream.concat(OpCases.all().stream(), OpCases.large().stream()).filter(c -> !(c.op() instanceof Input) && !(c.op() instanceof Variable));
    return Stream.of(nets.stream(), ops.map(MachineCodeTest::graph), convolutions(ConvolutionTest.layers()), convolutions(WinogradTest.layers().stream()))
        .flatMap(s -> s);
  }

  /// What is written for the graphs, kernel by kernel.
  private List<byte[]> code(InstructionSet set) throws IOException {
    try (Workers workers = new Workers(2); CodeMemory code = new CodeMemory()) {
      graphs().forEach(graph -> compile(graph, set, false, workers, code));
      // without Winograd's products
      convolutions(WinogradTest.layers().stream()).forEach(graph -> compile(graph, set, true, workers, code));
      return code.written().stream().map(p -> p.toArray(ValueLayout.JAVA_BYTE)).toList();
    }
  }

  private static void compile(Graph graph, InstructionSet set, boolean strict, Workers workers, CodeMemory code) {
    try (Arena arena = Arena.ofShared()) {
      Map<String, Buffer> variables = new HashMap<>();
      graph.variables().forEach(n -> variables.put(((Variable) n.op()).name(), new CpuBuffer(n.type(), Memory.allocate(arena, n.type().bytes()))));
      new CpuCompiler(graph, variables, new Target(set, strict, workers, code, arena)).compile(arena);
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void isOfInstructionsThatItsSetHasAndLeavesUpperHalvesZero(InstructionSet set) throws IOException {
    Set<String> others = new TreeSet<>();
    Map<Encoding, Integer> counts = new HashMap<>();
    List<byte[]> kernels = code(set);
    for (byte[] kernel : kernels) {
      MachineCode.Step before = null;
      for (MachineCode.Step step : MachineCode.steps(kernel)) {
        counts.merge(step.encoding(), 1, Integer::sum);
        boolean has = switch (step.encoding()) {
          case GENERAL -> true;
          case VEX -> set == InstructionSet.AVX512 || AVX2.getOrDefault(step.map() + "." + step.prefix(), Set.of()).contains(step.opcode());
          case EVEX -> set == InstructionSet.AVX512;
        };
        if (!has) {
          others.add(String.format(Locale.ROOT, "%s %d.%d %02x", step.encoding(), step.map(), step.prefix(), step.opcode()));
        }
        assertThat(!step.returns() || before.zerosUpperHalves()).isTrue();
        before = step;
      }
    }
    assertThat(others).isEmpty();
    assertThat(kernels).hasSizeGreaterThan(1000);
    assertThat(counts.get(set == InstructionSet.AVX512 ? Encoding.EVEX : Encoding.VEX)).isGreaterThan(100_000);
  }

  @Test
  void thereIsNoneForPlainJava() throws IOException {
    assertThat(code(InstructionSet.JAVA)).isEmpty();
  }
}
