package dlt.config;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Replaces `$name` scalars.
final class Template {
  private static final Pattern PARAMETER = Pattern.compile("\\$[A-Za-z_][A-Za-z_0-9]*");

  private Template() {}

  static YamlNode substitute(YamlNode node, Map<String, YamlNode> params, List<Diagnostic> errors) {
    return switch (node) {
      case YamlNode.Scalar s -> {
        if (!PARAMETER.matcher(s.text()).matches()) {
          yield s;
        }
        YamlNode value = params.get(s.text().substring(1));
        if (value == null) {
          errors.add(new Diagnostic(s.at(), "found `" + s.text() + "`, expected one of the parameters " + params.keySet(), ""));
          yield s;
        }
        yield value;
      }
      case YamlNode.Sequence s -> new YamlNode.Sequence(s.at(), s.items().stream().map(i -> substitute(i, params, errors)).toList());
      case YamlNode.Mapping m ->
          new YamlNode.Mapping(
              m.at(),
              m.entries().stream().map(e -> new YamlNode.Entry(e.at(), e.key(), substitute(e.value(), params, errors))).toList());
    };
  }
}
