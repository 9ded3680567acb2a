/// NVIDIA GPUs: in comes a graph, out goes a program whose whole step is one captured CUDA graph of hand-written kernels.
///
/// Each op has a class that turns it into [Launch]es of kernels, with the stem of the CUDA file that holds them.
package dlt.backend.cuda;
