/// Failures that reach a user: in comes what went wrong and what to do, out goes one line and an exit code.
package dlt.error;
