package dlt.sweep;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Inline;
import dlt.config.YamlNode;
import java.util.Map;

/// A key that is varied, and when.
public record Parameter(
    @Inline Domain domain,
    @Doc("Varied only where these parameters, which come before it, have these values; a kind is meant by its name.") @Default("{}") Map<String, YamlNode> when) {}
