/// From finished runs and sweeps to what people look at: an HTML page, plots in text, tables that compare runs, and the card of a model.
package dlt.report;
