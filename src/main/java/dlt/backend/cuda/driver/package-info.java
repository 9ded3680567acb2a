/// NVIDIA's driver API, as much of it as dlt needs: in come PTX, memory and launches, out go results, or a
/// [dlt.error.Failure] of kind DEVICE that says what to do.
package dlt.backend.cuda.driver;
