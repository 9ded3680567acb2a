package dlt.config;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What to do about a name that is not valid where it stands: the nearest valid one, or where it is valid.
public final class Hints {
  /// The most valid names, and the most kinds that take an argument, that a hint lists.
  private static final int LISTED = 12;
  private static final int TAKERS = 4;
  private static final List<String> CLASS_ENDINGS = List.of("loss", "lr");

  /// Where a key is valid: below which key (dotted, empty for the root), and as an argument of which kind (or empty).
  private record Home(String path, String kind) {}

  private final Map<String, Set<Home>> keys = new LinkedHashMap<>();
  private final Map<String, Set<String>> kinds = new LinkedHashMap<>();

  /// Knows every key and kind below the record `root`, by the shortest way there.
  Hints(Class<? extends Record> root) {
    record Todo(Form form, String path, String kind) {}
    Deque<Todo> queue = new ArrayDeque<>(List.of(new Todo(new Form.Fields(root), "", "")));
    Set<Class<?>> seen = new HashSet<>();
    while (!queue.isEmpty()) {
      Todo t = queue.removeFirst();
      switch (t.form) {
        case Form.Maybe m -> queue.addFirst(new Todo(m.of(), t.path, t.kind));
        case Form.Many m -> queue.addFirst(new Todo(m.of(), t.path, t.kind));
        case Form.Named n -> queue.addFirst(new Todo(n.of(), t.path, t.kind));
        case Form.Kind k -> {
          if (seen.add(k.type())) {
            Kinds.of(k.type())
                .forEach(
                    (name, type) -> {
                      kinds.computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(t.path);
                      queue.addLast(new Todo(new Form.Fields(type), t.path, name));
                    });
          }
        }
        case Form.Fields f -> {
          if (seen.add(f.type())) {
            for (Argument a : Argument.of(f.type())) {
              if (a.inline()) {
                queue.addFirst(new Todo(a.form(), t.path, t.kind));
              } else {
                keys.computeIfAbsent(a.key(), _ -> new LinkedHashSet<>()).add(new Home(t.path, t.kind));
                queue.addLast(new Todo(a.form(), t.path.isEmpty() ? a.key() : t.path + "." + a.key(), ""));
              }
            }
          }
        }
        case Form.Int _, Form.Whole _, Form.Real _, Form.Truth _, Form.Text _, Form.Choice _, Form.Anything _ -> {}
      }
    }
  }

  /// What to do about the name `wrong` where `valid` ones are accepted, as kinds of `family` or arguments of one of them
  /// (empty where no kind is near).
  String instead(String wrong, Collection<String> valid, Optional<Form.Kind> family) {
    Optional<String> near = nearest(wrong, valid);
    if (near.isPresent()) {
      return "did you mean `" + near.get() + "`?";
    }
    List<String> takers = family.map(f -> takers(f, wrong)).orElse(List.of());
    if (!takers.isEmpty()) {
      return "`" + wrong + "` is an argument of " + listed(takers, TAKERS);
    }
    Set<Home> homes = keys.getOrDefault(wrong, Set.of());
    if (!homes.isEmpty()) {
      String path = homes.iterator().next().path;
      List<String> of = homes.stream().filter(h -> h.path.equals(path) && !h.kind.isEmpty()).map(Home::kind).toList();
      return "`" + wrong + "` belongs " + under(path) + (of.isEmpty() ? "" : ", as an argument of " + listed(of, TAKERS));
    }
    if (kinds.containsKey(wrong)) {
      return "`" + wrong + "` is a kind that belongs " + under(kinds.get(wrong).iterator().next());
    }
    return valid.isEmpty() ? "" : "valid here: " + listed(valid);
  }

  private static List<String> takers(Form.Kind family, String key) {
    return Kinds.of(family.type()).entrySet().stream()
        .filter(e -> RecordType.of(e.getValue()).keys().stream().anyMatch(a -> a.key().equals(key)))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static String under(String path) {
    return path.isEmpty() ? "at the top of the file" : "under `" + path + "`";
  }

  /// Names in backquotes, or the first of many.
  static String listed(Collection<String> names) {
    return listed(names, LISTED);
  }

  private static String listed(Collection<String> names, int most) {
    int more = names.size() - most;
    return Form.list(names.stream().limit(most).toList()) + (more > 0 ? " and " + more + " more" : "");
  }

  /// The valid name that `wrong` most likely misspells, or that PyTorch's class `wrong` has here: `cross_entropy` for `CrossEntropyLoss`;
  /// else one that ends with it: `roc_auc` for `auc`.
  public static Optional<String> nearest(String wrong, Collection<String> valid) {
    String plain = plain(wrong);
    for (String ending : CLASS_ENDINGS) {
      String stem = plain.endsWith(ending) ? plain.substring(0, plain.length() - ending.length()) : "";
      Optional<String> same = valid.stream().filter(v -> plain(v).equals(stem) || ending.equals("lr") && stem.equals(plain(v) + "annealing")).findFirst();
      if (same.isPresent()) {
        return same;
      }
    }
    int limit = plain.length() < 3 ? 0 : Math.max(1, Math.min(3, plain.length() / 3));
    String best = null;
    int least = limit + 1;
    for (String v : valid) {
      String other = plain(v);
      int d = Math.abs(plain.length() - other.length()) < least ? distance(plain, other) : least;
      if (d < least) {
        least = d;
        best = v;
      }
    }
    return Optional.ofNullable(best).or(() -> valid.stream().filter(v -> wrong.length() > 2 && !CLASS_ENDINGS.contains(plain) && v.endsWith("_" + wrong.toLowerCase(Locale.ROOT))).findFirst());
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "").replace(" ", "");
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment).
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replace, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], 1 + d[i - 2][j - 2]);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
