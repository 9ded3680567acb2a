/// Steps of dlt's own build: in come compiled classes, out go the same in the form that the start-up cache takes. Nothing else uses it.
package dlt.build;
