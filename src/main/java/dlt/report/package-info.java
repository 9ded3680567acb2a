/// From finished runs to what people look at: an HTML page, plots in text, and tables that compare runs.
package dlt.report;
