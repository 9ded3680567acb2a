/// The processor: in comes a graph, out goes a list of kernel calls, emitted machine code or plain Java loops.
///
/// The way through: [dlt.backend.cpu.CpuBackend] detects what the processor has ([dlt.backend.cpu.InstructionSet]; the system
/// property `dlt.cpu=avx512|avx2|java` forces one) and starts the threads ([dlt.backend.cpu.Workers]). For each graph
/// [dlt.backend.ImageLayouts] decides which images lie channels-last; [dlt.backend.cpu.CpuCompiler] takes the order and
/// the groups of [dlt.graph.Fusion] ([dlt.backend.Work]) and the place of every value ([dlt.backend.Placement]), and asks one class
/// an op, `<Op>Kernel`, for a [dlt.backend.cpu.Step]; works that are done with a piece of what they read at a time are joined before
/// ([dlt.backend.cpu.PiecewiseConvolutions], [dlt.backend.cpu.PiecewisePools], [dlt.backend.cpu.ImageChains]); a
/// [dlt.backend.cpu.CpuProgram] runs the steps. Kernels get what they are made for and of from a [dlt.backend.cpu.Target]; those
/// that are machine code are written with [dlt.backend.cpu.Assembler], once for each shape, into [dlt.backend.cpu.CodeMemory].
package dlt.backend.cpu;
