/// Metrics: in come predictions and targets, out go numbers.
package dlt.metric;
