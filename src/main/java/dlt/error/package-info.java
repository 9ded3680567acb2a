/// Failures that reach a user: in comes what went wrong and what to do, out goes one line and an exit code. And the listing of folders and the
/// threads, whose failures would not.
package dlt.error;
