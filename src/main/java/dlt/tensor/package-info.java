/// Values: in come shapes and numbers, out go tensors in native memory and their files (safetensors, npy, npz).
package dlt.tensor;
