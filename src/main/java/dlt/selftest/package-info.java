/// Proof that a device computes: in comes a backend, out goes how far its results are from the reference's, op by op.
package dlt.selftest;
