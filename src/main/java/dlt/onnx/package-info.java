/// ONNX files: in comes an inference graph with its weights, out goes a model file.
package dlt.onnx;
