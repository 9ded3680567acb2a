/// Training: in comes an experiment, out goes a run with its best weights.
package dlt.train;
