/// Devices: in comes a graph, out goes a program that can be run again and again over buffers that it planned.
///
/// [dlt.backend.ImageLayouts] decides which images lie channels-last, by the [dlt.backend.LayoutCosts] of a device.
package dlt.backend;
