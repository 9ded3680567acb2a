/// From data that somebody has to an experiment file that trains well as it stands, with what was seen on the way.
package dlt.draft;
