/// From one experiment file with a `sweep` section to many runs of it with other values, and the best of them.
package dlt.sweep;
