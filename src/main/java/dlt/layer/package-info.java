/// Layers: in come a layer's arguments from the file and the values it is applied to, out go ops and named parameters.
package dlt.layer;
