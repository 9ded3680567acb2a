package dlt.backend.reference;

import dlt.op.Concat;
import dlt.op.Gather;
import dlt.op.OneHot;
import dlt.op.Pad;
import dlt.op.ScatterAdd;
import dlt.op.Slice;
import dlt.op.Transpose;
import dlt.tensor.Shape;
import java.util.List;

/// Ops that put elements elsewhere.
final class Movement {
  private Movement() {}

  static void transpose(Transpose op, ReferenceBuffer x, ReferenceBuffer y) {
    long[] strides = op.permutation().stream().mapToLong(d -> x.shape().strides()[d]).toArray();
    read(x, Positions.of(y.shape(), strides, 0), y);
  }

  static void expand(ReferenceBuffer x, ReferenceBuffer y) {
    read(x, Positions.broadcast(x.shape(), y.shape()), y);
  }

  static void slice(Slice op, ReferenceBuffer x, ReferenceBuffer y) {
    long[] strides = x.shape().strides();
    read(x, Positions.of(y.shape(), strides, op.start() * strides[op.dim()]), y);
  }

  static void concat(Concat op, List<ReferenceBuffer> parts, ReferenceBuffer y) {
    long[] strides = y.shape().strides();
    long offset = 0;
    for (ReferenceBuffer part : parts) {
      write(part, Positions.of(part.shape(), strides, offset), y);
      offset += part.shape().dim(op.dim()) * strides[op.dim()];
    }
  }

  static void pad(Pad op, ReferenceBuffer x, ReferenceBuffer y) {
    long[] strides = y.shape().strides();
    long offset = 0;
    for (int d = 0; d < strides.length; d++) {
      offset += op.before().get(d) * strides[d];
    }
    y.fill(op.value());
    write(x, Positions.of(x.shape(), strides, offset), y);
  }

  private static void read(ReferenceBuffer x, int[] positions, ReferenceBuffer y) {
    for (int i = 0; i < positions.length; i++) {
      y.copy(i, x, positions[i]);
    }
  }

  private static void write(ReferenceBuffer x, int[] positions, ReferenceBuffer y) {
    for (int i = 0; i < positions.length; i++) {
      y.copy(positions[i], x, i);
    }
  }

  static void gather(Gather op, ReferenceBuffer x, ReferenceBuffer indices, ReferenceBuffer y) {
    Shape shape = x.shape();
    int size = shape.dim(op.dim());
    int inner = Math.toIntExact(shape.size(op.dim() + 1, shape.rank()));
    y.fill(0);
    for (int i = 0; i < y.size(); i++) {
      int outer = i / inner / indices.size();
      long index = indices.longs()[i / inner % indices.size()];
      if (index >= 0 && index < size) {
        y.copy(i, x, (outer * size + (int) index) * inner + i % inner);
      }
    }
  }

  static void scatterAdd(ScatterAdd op, ReferenceBuffer indices, ReferenceBuffer slices, ReferenceBuffer y) {
    Shape shape = y.shape();
    int inner = Math.toIntExact(shape.size(op.dim() + 1, shape.rank()));
    y.fill(0);
    for (int i = 0; i < slices.size(); i++) {
      int outer = i / inner / indices.size();
      long index = indices.longs()[i / inner % indices.size()];
      if (index >= 0 && index < op.size()) {
        y.doubles()[(outer * op.size() + (int) index) * inner + i % inner] += slices.doubles()[i];
      }
    }
  }

  static void oneHot(OneHot op, ReferenceBuffer indices, ReferenceBuffer y) {
    int inner = Math.toIntExact(indices.shape().size(op.dim(), indices.shape().rank()));
    y.fill(0);
    for (int i = 0; i < indices.size(); i++) {
      long index = indices.longs()[i];
      if (index >= 0 && index < op.depth()) {
        y.doubles()[(i / inner * op.depth() + (int) index) * inner + i % inner] = 1;
      }
    }
  }
}
