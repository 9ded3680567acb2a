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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts the layers of `blocks:` and `modules:` in the place of each use, before the file is bound: a use of a block becomes
/// `sequential` with the block's layers, `$parameters` filled in; a use of a module becomes `shared`.
final class Blocks {
  private static final int MAX_DEPTH = 32;
  private static final String REQUIRED = "required";

  private record Block(Map<String, YamlNode> params, YamlNode layers) {}

  private final Map<String, Block> blocks = new LinkedHashMap<>();
  private final Map<String, YamlNode> modules = new LinkedHashMap<>();
  private final List<Diagnostic> errors = new ArrayList<>();

  private Blocks() {}

  /// `root` without `blocks` and `modules`, their uses below `model` replaced. Throws [ConfigException].
  static Mapping expand(Mapping root) {
    Blocks b = new Blocks();
    root.value("blocks").ifPresent(b::readBlocks);
    root.value("modules").ifPresent(b::readModules);
    List<Entry> entries = new ArrayList<>();
    for (Entry e : root.entries()) {
      switch (e.key()) {
        case "blocks", "modules" -> {}
        case "model" -> entries.add(new Entry(e.at(), e.key(), b.walk(e.value(), 0)));
        default -> entries.add(e);
      }
    }
    if (!b.errors.isEmpty()) {
      throw new ConfigException(b.errors);
    }
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

  private YamlNode walk(YamlNode node, int depth) {
    return switch (node) {
      case Scalar s -> s;
      case Mapping m -> new Mapping(m.at(), m.entries().stream().map(e -> new Entry(e.at(), e.key(), walk(e.value(), depth))).toList());
      case Sequence s -> new Sequence(s.at(), s.items().stream().map(i -> item(i, depth)).toList());
    };
  }

  /// An item of a list, which may be the use of a block or a module.
  private YamlNode item(YamlNode node, int depth) {
    Optional<Entry> use = switch (node) {
      case Scalar s when !s.quoted() -> Optional.of(new Entry(s.at(), s.text(), new Mapping(s.at(), List.of())));
      case Mapping m when m.entries().size() == 1 -> Optional.of(m.entries().getFirst());
      case Scalar _, Mapping _, Sequence _ -> Optional.empty();
    };
    if (use.isPresent() && depth < MAX_DEPTH) {
      Entry e = use.get();
      if (blocks.containsKey(e.key())) {
        return block(e, blocks.get(e.key()), depth);
      }
      if (modules.containsKey(e.key())) {
        return module(e, modules.get(e.key()), depth);
      }
    } else if (use.isPresent() && (blocks.containsKey(use.get().key()) || modules.containsKey(use.get().key()))) {
      error(node.at(), "`" + use.get().key() + "` is nested more than " + MAX_DEPTH + " deep", "a block or module must not use itself");
      return node;
    }
    return walk(node, depth);
  }

  private YamlNode block(Entry use, Block block, int depth) {
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
      return new Mapping(use.at(), List.of());
    }
    YamlNode layers;
    try {
      layers = block.layers.substitute(params);
    } catch (ConfigException e) {
      errors.addAll(e.diagnostics());
      return new Mapping(use.at(), List.of());
    }
    return placed(use.at(), "sequential", List.of(new Entry(use.at(), "layers", walk(layers, depth + 1))), placing);
  }

  private YamlNode module(Entry use, YamlNode layers, int depth) {
    List<Entry> placing = new ArrayList<>();
    for (Entry e : mapping(use.value(), "from and as")) {
      if (e.key().equals("from") || e.key().equals("as")) {
        placing.add(e);
      } else {
        error(e.at(), "found `" + e.key() + "`, but a module takes only from and as", "use a block where each use has arguments of its own");
      }
    }
    return placed(use.at(), "shared",
        List.of(new Entry(use.at(), "module", new Scalar(use.at(), use.key(), true)), new Entry(use.at(), "layers", walk(layers, depth + 1))),
        placing);
  }

  private static Mapping placed(Location at, String kind, List<Entry> arguments, List<Entry> placing) {
    List<Entry> all = new ArrayList<>(arguments);
    all.addAll(placing);
    return new Mapping(at, List.of(new Entry(at, kind, new Mapping(at, all))));
  }
}
