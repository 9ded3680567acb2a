/// The operations: in come the types of an operation's inputs, out go its output's type and, given the gradient of the
/// output, the gradients of the inputs as further operations. Each op is one record of the sealed [Op].
package dlt.op;
