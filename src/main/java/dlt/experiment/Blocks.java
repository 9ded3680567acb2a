package dlt.experiment;

import dlt.config.Diagnostic;
import dlt.config.ConfigException;
import dlt.config.Location;
import dlt.config.YamlNode;
import dlt.config.YamlNode.Entry;
import dlt.config.YamlNode.Mapping;
import dlt.config.YamlNode.Scalar;
import dlt.config.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Puts the layers of `blocks:` and `modules:` in the place of each use, before the file is bound: a use of a block becomes
/// `sequential` with the block's layers, `$parameters` filled in; a use of a module becomes `shared`.
final class Blocks {
  private static final int MAX_USES = 10_000;
  private static final String REQUIRED = "required";
  /// Keys that list names, which may be those of blocks and modules too.
  private static final Set<String> NAMING = Set.of("from", "outputs");

  private record Block(Map<String, YamlNode> params, YamlNode layers) {}

  private final Map<String, Block> blocks = new LinkedHashMap<>();
  private final Map<String, YamlNode> modules = new LinkedHashMap<>();
  private final List<Diagnostic> errors = new ArrayList<>();
  private final Set<String> open = new HashSet<>();
  private int uses;

  private Blocks() {}

  /// `root` without `blocks` and `modules`, their uses below `model` replaced. What is wrong goes to `errors`; a use that is
  /// wrong becomes `identity`, so that binding says nothing more about it.
  static Mapping expand(Mapping root, List<Diagnostic> errors) {
    Blocks b = new Blocks();
    root.value("blocks").ifPresent(b::readBlocks);
    root.value("modules").ifPresent(b::readModules);
    List<Entry> entries = new ArrayList<>();
    for (Entry e : root.entries()) {
      switch (e.key()) {
        case "blocks", "modules" -> {}
        case "model" -> entries.add(new Entry(e.at(), e.key(), b.walk(e.value())));
        default -> entries.add(e);
      }
    }
    errors.addAll(b.errors);
    return new Mapping(root.at(), entries);
  }

  private void readBlocks(YamlNode node) {
    for (Entry e : mapping(node, "blocks: {name: {params: {...}, layers: [...]}}")) {
      Map<String, YamlNode> params = new LinkedHashMap<>();
      YamlNode layers = null;
      for (Entry part : mapping(e.value(), "{params: {...}, layers: [...]}")) {
        switch (part.key()) {
          case "params" -> mapping(part.value(), "{name: default or required}").forEach(p -> params.put(p.key(), p.value()));
          case "layers" -> layers = part.value();
          default -> error(part.at(), "found `" + part.key() + "` in block `" + e.key() + "`, expected params or layers", "");
        }
      }
      if (layers == null) {
        error(e.at(), "block `" + e.key() + "` has no layers", "add layers: [...]");
      } else {
        blocks.put(e.key(), new Block(params, layers));
      }
    }
  }

  private void readModules(YamlNode node) {
    for (Entry e : mapping(node, "modules: {name: [layers]}")) {
      if (blocks.containsKey(e.key())) {
        error(e.at(), "module `" + e.key() + "` has the name of a block", "call one of them otherwise: uses of both look the same");
      }
      modules.put(e.key(), e.value());
    }
  }

  private List<Entry> mapping(YamlNode node, String expected) {
    if (node instanceof Mapping m) {
      return m.entries();
    }
    error(node.at(), "found " + (node instanceof Scalar s ? "'" + s.text() + "'" : "a list") + ", expected " + expected, "");
    return List.of();
  }

  private void error(Location at, String message, String hint) {
    errors.add(new Diagnostic(at, message, hint));
  }

  private YamlNode walk(YamlNode node) {
    return switch (node) {
      case Scalar s -> s;
      case Mapping m ->
          new Mapping(m.at(), m.entries().stream().map(e -> new Entry(e.at(), e.key(), NAMING.contains(e.key()) ? e.value() : walk(e.value()))).toList());
      case Sequence s -> new Sequence(s.at(), s.items().stream().map(i -> item(i)).toList());
    };
  }

  /// An item of a list, which may be the use of a block or a module.
  private YamlNode item(YamlNode node) {
    Optional<Entry> use = switch (node) {
      case Scalar s when !s.quoted() -> Optional.of(new Entry(s.at(), s.text(), new Mapping(s.at(), List.of())));
      case Mapping m when m.entries().size() == 1 -> Optional.of(m.entries().getFirst());
      case Scalar _, Mapping _, Sequence _ -> Optional.empty();
    };
    if (use.isEmpty() || !(blocks.containsKey(use.get().key()) || modules.containsKey(use.get().key()))) {
      return walk(node);
    }
    Entry e = use.get();
    if (++uses >= MAX_USES) {
      if (uses == MAX_USES) {
        error(node.at(), "found more than " + MAX_USES + " uses of blocks and modules, those in others counted each time", "");
      }
      return nothing(node.at());
    }
    if (!open.add(e.key())) {
      error(node.at(), "`" + e.key() + "` uses itself", "a block or module must not stand in its own layers");
      return nothing(node.at());
    }
    YamlNode r = blocks.containsKey(e.key()) ? block(e, blocks.get(e.key())) : module(e, modules.get(e.key()));
    open.remove(e.key());
    return r;
  }

  private YamlNode block(Entry use, Block block) {
    Map<String, YamlNode> params = new LinkedHashMap<>();
    List<Entry> placing = new ArrayList<>();
    if (use.value() instanceof Mapping given) {
      for (Entry e : given.entries()) {
        if (e.key().equals("from") || e.key().equals("as")) {
          placing.add(e);
        } else if (block.params.containsKey(e.key())) {
          params.put(e.key(), e.value());
        } else {
          error(e.at(), "found `" + e.key() + "`, which block `" + use.key() + "` does not take",
              "it takes " + String.join(", ", block.params.keySet()) + ", from and as");
        }
      }
    } else if (!block.params.isEmpty()) {
      params.put(block.params.keySet().iterator().next(), use.value());
    } else {
      error(use.value().at(), "block `" + use.key() + "` takes no arguments", "");
    }
    block.params.forEach((name, value) -> {
      if (!params.containsKey(name)) {
        if (value instanceof Scalar s && s.text().equals(REQUIRED)) {
          error(use.at(), "block `" + use.key() + "` needs `" + name + "`", "write " + use.key() + ": {" + name + ": ...}");
        } else {
          params.put(name, value);
        }
      }
    });
    if (params.size() < block.params.size()) {
      return nothing(use.at());
    }
    YamlNode layers;
    try {
      layers = block.layers.substitute(params);
    } catch (ConfigException e) {
      errors.addAll(e.diagnostics());
      return nothing(use.at());
    }
    return placed(use.at(), "sequential", List.of(new Entry(use.at(), "layers", walk(layers))), placing);
  }

  private YamlNode module(Entry use, YamlNode layers) {
    List<Entry> placing = new ArrayList<>();
    for (Entry e : mapping(use.value(), "from and as")) {
      if (e.key().equals("from") || e.key().equals("as")) {
        placing.add(e);
      } else {
        error(e.at(), "found `" + e.key() + "`, but a module takes only from and as", "use a block where each use has arguments of its own");
      }
    }
    return placed(use.at(), "shared",
        List.of(new Entry(use.at(), "module", new Scalar(use.at(), use.key(), true)), new Entry(use.at(), "layers", walk(layers))),
        placing);
  }

  /// What stands for a use that is wrong.
  private static YamlNode nothing(Location at) {
    return new Scalar(at, "identity", false);
  }

  private static Mapping placed(Location at, String kind, List<Entry> arguments, List<Entry> placing) {
    List<Entry> all = new ArrayList<>(arguments);
    all.addAll(placing);
    return new Mapping(at, List.of(new Entry(at, kind, new Mapping(at, all))));
  }
}
