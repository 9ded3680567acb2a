package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;

/// What both layers of a transformer take.
public record TransformerArguments(
    @Doc("Number of heads; divides F.") @Range(min = 1) int nhead,
    @Doc("Size of the dense network's hidden layer.") @Default("2048") @Range(min = 1) int dimFeedforward,
    @Doc("Dropout of attention weights, of the hidden layer and before each residual.") @Default("0.1") @Range(min = 0, max = 1)
        double dropout,
    @Doc("The dense network's activation.") @Default("relu") Activation activation,
    @Doc("Added to the variances of the layer norms.") @Default("1e-5") @Range(min = 0) double layerNormEps,
    @Doc("Whether each layer norm comes before its part and not after the residual.") @Default("false") boolean normFirst,
    @Doc("Whether biases are added.") @Default("true") boolean bias) {}
