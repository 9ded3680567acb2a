/// Commands: in come arguments, out goes one call into the tool and an exit code.
package dlt.cli;
