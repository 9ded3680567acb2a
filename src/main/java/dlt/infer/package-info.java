/// ONNX Runtime: in come a model file and raw samples, out go its outputs and how far they are from the engine's.
package dlt.infer;
