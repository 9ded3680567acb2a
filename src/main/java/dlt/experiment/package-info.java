/// The experiment file as a whole: in comes its path, out go the records and the training and inference graphs they mean.
package dlt.experiment;
