/// The oracle: in comes a graph, out go float64 results of plain scalar loops.
package dlt.backend.reference;
