/// Losses: in come predictions and targets, out goes a scalar as ops.
package dlt.loss;
