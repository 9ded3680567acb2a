/// Devices: in comes a graph, out goes a program that can be run again and again over buffers that it planned.
package dlt.backend;
