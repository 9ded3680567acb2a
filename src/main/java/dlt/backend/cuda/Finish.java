package dlt.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Pointwise operations on the values of a kernel where it stores them: their code takes the place of finish.h's instruction.
///
/// @param code of the value and of what else is read, in the order of `inputs`; its first result is stored in the value's place
/// @param result the address of the tensor that the kernel stores, all of it
/// @param stored the addresses of the tensors, laid out like that, in which the other results are stored
record Finish(Elements.Expression code, List<In> inputs, long result, List<Long> stored) {
  /// What the code reads.
  sealed interface In {}

  /// The kernel's own value.
  record Value() implements In {}

  /// The element at the same place of a tensor that is laid out like the result.
  record Same(long address) implements In {}

  /// The element of the value's channel.
  record Channel(long address) implements In {}

  /// The same for all.
  record One(long address) implements In {}

  Finish {
    inputs = List.copyOf(inputs);
    stored = List.copyOf(stored);
  }

  /// `launch` of a kernel that ships, with this: the addresses follow its own arguments.
  Launch on(Launch launch) {
    long[] own = ShippedSection.arguments(launch.argument());
    long[] all = Arrays.copyOf(own, own.length + addresses().size());
    for (int i = own.length; i < all.length; i++) {
      all[i] = addresses().get(i - own.length);
    }
    return new Launch(new Launch.Finished((Launch.Shipped) launch.kernel(), this, own.length), launch.grid(), launch.block(), launch.sharedBytes(),
        MemorySegment.ofArray(all));
  }

  /// What it loads as arguments: addresses, or how far they are behind the value's.
  private List<Long> addresses() {
    List<Long> r = new ArrayList<>();
    for (In in : inputs) {
      switch (in) {
        case Value() -> {}
        case Same(long address) -> r.add(address - result);
        case Channel(long address) -> r.add(address);
        case One(long address) -> r.add(address);
      }
    }
    stored.forEach(address -> r.add(address - result));
    return r;
  }

  /// Writes the code for a value in a register: `at` is where it will be stored, `channel` the number of its channel; `first` the number of
  /// the first argument. The result is what to store.
  String write(Ptx ptx, Section.Place place, int first, String value, String at, String channel) {
    int argument = first;
    List<String> loaded = new ArrayList<>();
    for (In in : inputs) {
      switch (in) {
        case Value() -> loaded.add(value);
        case Same(long _) -> loaded.add(load(ptx, ptx.b64("add.s64", at, place.load64(ptx, argument++))));
        case Channel(long _) -> loaded.add(load(ptx, ptx.b64("mad.wide.s32", channel, "4", place.load64(ptx, argument++))));
        case One(long _) -> loaded.add(load(ptx, place.load64(ptx, argument++)));
      }
    }
    List<String> results = code.of(ptx, loaded);
    for (int i = 0; i < stored.size(); i++) {
      ptx.add("st.global.f32 [" + ptx.b64("add.s64", at, place.load64(ptx, argument++)) + "], " + results.get(i + 1));
    }
    return results.getFirst();
  }

  private static String load(Ptx ptx, String address) {
    return ptx.f32("ld.global.f32", "[" + address + "]");
  }
}
