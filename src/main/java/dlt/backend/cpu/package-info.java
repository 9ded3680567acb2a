/// The processor: in comes a graph, out goes a list of kernel calls, emitted machine code or plain Java loops.
package dlt.backend.cpu;
