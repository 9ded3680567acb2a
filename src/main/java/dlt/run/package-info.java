/// The run directory: the one place that knows the names and formats of a run's files.
package dlt.run;
