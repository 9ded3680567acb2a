/// Optimizers and schedules: in come parameters, gradients and the learning rate, out go the updates as ops.
package dlt.optim;
