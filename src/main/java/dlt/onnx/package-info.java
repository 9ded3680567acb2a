/// ONNX files: in comes an inference graph with its weights, out goes a model file; in comes a model file, out go its weights.
package dlt.onnx;
