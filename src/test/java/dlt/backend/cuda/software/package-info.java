/// A GPU in software, for tests: in comes the PTX that ships (or that dlt writes), out go its results, or a report of what is wrong with it.
///
/// [SoftwareDriver] stands behind the interface of the real driver. [PtxParser] turns text into [Ptx] records, [Translator] turns a
/// function into [Code] (one [Step] an instruction), [Block]s of [Warp]s run it. [Allocation] and [SharedMemory] check every access.
package dlt.backend.cuda.software;
