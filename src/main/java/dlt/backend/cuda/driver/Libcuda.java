package dlt.backend.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dlt.error.Failure;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The driver's library, opened: its functions, and what their results mean.
final class Libcuda {
  /// The first version of CUDA that has every [Entry] and takes the PTX that ships.
  static final int LEAST_VERSION = 11040;
  private static final String LEAST = "dlt needs CUDA 11.4 or newer, which NVIDIA's drivers speak from version 470 on: update the driver, or use --device cpu";

  private static final int SUCCESS = 0;
  static final int OUT_OF_MEMORY = 2;

  /// A call of the function at `address`; its result.
  interface Call {
    int on(MemorySegment address) throws Throwable;
  }

  private final String library;
  private final Map<Entry, MemorySegment> addresses;
  private final int version;

  private Libcuda(String library, SymbolLookup lookup) {
    this.library = library;
    this.addresses = new EnumMap<>(Entry.class);
    this.version = version(lookup);
    List<String> missing = new ArrayList<>();
    for (Entry e : Entry.values()) {
      lookup.find(e.symbol()).ifPresentOrElse(a -> addresses.put(e, a), () -> missing.add(e.symbol()));
    }
    if (!missing.isEmpty()) {
      throw new Failure(Failure.Kind.DEVICE, "cuda: " + library + " has no " + String.join(", ", missing) + "; " + LEAST);
    }
  }

  /// Opens the library of this name or path; empty where there is none.
  static Optional<Libcuda> open(String library) {
    SymbolLookup lookup;
    try {
      // never closed: the driver keeps threads of its own
      lookup = library.contains("/") ? SymbolLookup.libraryLookup(Path.of(library), Arena.global()) : SymbolLookup.libraryLookup(library, Arena.global());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return Optional.of(new Libcuda(library, lookup));
  }

  /// Asked before all else: an old driver lacks functions, and says so least clearly by their names.
  private int version(SymbolLookup lookup) {
    MemorySegment ask = lookup.find(Entry.DRIVER_GET_VERSION.symbol())
        .orElseThrow(() -> new Failure(Failure.Kind.DEVICE, "cuda: " + library + " is no library of NVIDIA's driver; see what the loader finds under this name"));
    addresses.put(Entry.DRIVER_GET_VERSION, ask);
    int found;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_INT);
      int code = invoke(Entry.DRIVER_GET_VERSION, f -> (int) Shape.P.invokeExact(f, out));
      if (code != SUCCESS) {
        throw new Failure(Failure.Kind.DEVICE, "cuda: " + Entry.DRIVER_GET_VERSION + ": error " + code + "; " + Hint.of(code));
      }
      found = out.get(JAVA_INT, 0);
    }
    if (found < LEAST_VERSION) {
      throw new Failure(Failure.Kind.DEVICE, "cuda: the NVIDIA driver speaks CUDA " + text(found) + "; " + LEAST);
    }
    return found;
  }

  /// `13.0` for 13000.
  static String text(int version) {
    return String.format(Locale.ROOT, "%d.%d", version / 1000, version % 1000 / 10);
  }

  int version() {
    return version;
  }

  /// Throws the failure that the result of `call` stands for, if it does.
  void call(Entry entry, Call call) {
    int code = invoke(entry, call);
    if (code != SUCCESS) {
      throw failure(entry, code, "");
    }
  }

  int invoke(Entry entry, Call call) {
    try {
      return call.on(addresses.get(entry));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /// What `code`, the result of a call of `entry`, means; `more` is told after it.
  Failure failure(Entry entry, int code, String more) {
    return new Failure(Failure.Kind.DEVICE, "cuda: " + entry + ": " + name(code) + more + "; " + Hint.of(code));
  }

  /// `CUDA_ERROR_NO_DEVICE (no CUDA-capable device is detected)`.
  private String name(int code) {
    return text(Entry.GET_ERROR_NAME, code)
        .map(name -> name + text(Entry.GET_ERROR_STRING, code).map(text -> " (" + text + ")").orElse(""))
        .orElse("error " + code);
  }

  private Optional<String> text(Entry entry, int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      if (invoke(entry, f -> (int) Shape.IP.invokeExact(f, code, out)) != SUCCESS) {
        return Optional.empty();
      }
      MemorySegment text = out.get(ADDRESS, 0);
      return text.equals(MemorySegment.NULL) ? Optional.empty() : Optional.of(text.reinterpret(Long.MAX_VALUE).getString(0));
    }
  }
}
