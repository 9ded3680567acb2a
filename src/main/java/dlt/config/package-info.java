/// Experiment files as records: in comes YAML text, out go records that know where they came from, or every error of the
/// file at once; and the JSON Schema of the same records.
package dlt.config;
