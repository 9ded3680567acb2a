/// Graphs of operations: in come ops through the builder, out goes a verified graph with gradients, groups of ops that
/// can share a kernel, and a plan of the memory its values need.
package dlt.graph;
