package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The sum, maximum, minimum or product over dimensions `dims` (ascending), which disappear or stay with size 1. The gradient of a
/// maximum or minimum is shared equally among ties, as PyTorch's `amax` does.
public record Reduce(Kind kind, List<Integer> dims, boolean keepDims) implements Op {
  public enum Kind {
    SUM, MAX, MIN, PROD
  }

  public Reduce {
    dims = List.copyOf(dims);
  }

  @Override
  public String name() {
    return "reduce_" + kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    TensorType x = inputs.getFirst();
    List<Integer> r = new ArrayList<>();
    for (int d : dims) {
      Operands.axis(this, x, d);
    }
    for (int i = 1; i < dims.size(); i++) {
      if (dims.get(i - 1) >= dims.get(i)) {
        throw new ShapeException(name(), "dimensions " + dims + " are not ascending");
      }
    }
    if ((kind == Kind.MAX || kind == Kind.MIN) && dims.stream().anyMatch(d -> x.shape().dim(d) == 0)) {
      throw new ShapeException(name(), "no elements in dimensions " + dims + " of " + x.shape());
    }
    for (int d = 0; d < x.shape().rank(); d++) {
      if (!dims.contains(d)) {
        r.add(x.shape().dim(d));
      } else if (keepDims) {
        r.add(1);
      }
    }
    return TensorType.float32(new Shape(r));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Value x = inputs.getFirst();
    List<Integer> kept = new ArrayList<>(x.shape().dims());
    dims.forEach(d -> kept.set(d, 1));
    Value y = emit.reshape(output, new Shape(kept));
    Value dy = emit.reshape(upstream, new Shape(kept));
    return List.of(switch (kind) {
      case SUM -> emit.expand(dy, x.shape());
      case MAX, MIN -> {
        Value ties = emit.equal(x, y);
        yield emit.mul(ties, emit.div(dy, emit.sum(ties, dims, true)));
      }
      case PROD -> {
        // an element's factor is the product of the others, 0 if any of them is: y / x would be 0 / 0
        Value zero = emit.equal(x, emit.scalar(0));
        Value nonzero = emit.where(zero, emit.scalar(1), x);
        Value product = emit.emit(new Reduce(Kind.PROD, dims, true), nonzero);
        Value othersNonzero = emit.equal(emit.sum(zero, dims, true), zero);
        yield emit.where(othersNonzero, emit.div(emit.mul(dy, product), nonzero), emit.scalar(0));
      }
    });
  }
}
