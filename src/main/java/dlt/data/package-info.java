/// Data sets: in come files, out go batches of raw samples, split, shuffled and augmented by counter-based random numbers.
package dlt.data;
