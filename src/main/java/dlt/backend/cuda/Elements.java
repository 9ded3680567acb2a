package dlt.backend.cuda;

import dlt.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/// Code for `width` neighbouring elements of views: loading the first `inputs` of them, computing, storing the others.
record Elements(List<View> views, int inputs, int width, Expression expression) {
  /// What is computed of one element of each input.
  @FunctionalInterface
  interface Expression {
    /// Registers or constants with the results, for registers with the inputs: float32, or int64 where the view is. The first results are
    /// stored, one for each view that is no input.
    List<String> of(Ptx ptx, List<String> inputs);
  }

  private boolean single(int view) {
    long[] strides = views.get(view).strides();
    return width == 1 || strides.length == 0 || strides[strides.length - 1] == 0;
  }

  /// Registers with the elements at `address`: one for all where the view stands still.
  String[] load(Ptx ptx, int view, String address) {
    boolean floats = views.get(view).dtype() == DType.FLOAT32;
    if (single(view)) {
      return new String[] {floats ? ptx.f32("ld.global.f32", "[" + address + "]") : ptx.b64("ld.global.u64", "[" + address + "]")};
    }
    String[] r = new String[width];
    for (int i = 0; i < width; i++) {
      r[i] = ptx.register(Ptx.Type.F32);
    }
    ptx.add("ld.global.v4.f32 {" + String.join(", ", r) + "}, [" + address + "]");
    return r;
  }

  /// The results of each element.
  List<List<String>> compute(Ptx ptx, String[][] loaded) {
    List<List<String>> r = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      List<String> element = new ArrayList<>();
      for (int v = 0; v < inputs; v++) {
        element.add(loaded[v][Math.min(i, loaded[v].length - 1)]);
      }
      r.add(expression.of(ptx, element));
    }
    return r;
  }

  /// Stores the results number `view - inputs` of all elements.
  void store(Ptx ptx, int view, String address, List<List<String>> results) {
    boolean floats = views.get(view).dtype() == DType.FLOAT32;
    List<String> values = new ArrayList<>();
    for (List<String> element : results) {
      String v = element.get(view - inputs);
      values.add(v.startsWith("%") ? v : floats ? ptx.f32("mov.f32", v) : ptx.b64("mov.u64", v));
    }
    if (width == 1) {
      ptx.add((floats ? "st.global.f32 [" : "st.global.u64 [") + address + "], " + values.getFirst());
    } else {
      ptx.add("st.global.v4.f32 [" + address + "], {" + String.join(", ", values) + "}");
    }
  }
}
