package dlt.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlNodeTest {
  private static YamlNode parse(String yaml) {
    return YamlNode.parse(yaml, Path.of("f"));
  }

  private static String errors(String yaml) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> parse(yaml));
    return String.join("\n", Sample.shown(e));
  }

  @Test
  void nodesKnowTheirPlaces() {
    YamlNode.Mapping m = (YamlNode.Mapping) parse("# c\na:\n  - [x, 'y']\nb: |\n  text\n");
    assertThat(m.at()).hasToString("f:2:1");
    assertThat(m.entry("b").orElseThrow().at()).hasToString("f:4:1");
    YamlNode.Sequence outer = (YamlNode.Sequence) m.value("a").orElseThrow();
    YamlNode.Sequence inner = (YamlNode.Sequence) outer.items().getFirst();
    assertThat(inner.items().get(1).at()).isEqualTo(new Location(Path.of("f"), 3, 9, "  - [x, 'y']"));
    assertThat(inner.items().get(0)).isEqualTo(new YamlNode.Scalar(m.at(), "x", false));
    assertThat(((YamlNode.Scalar) m.value("b").orElseThrow()).text()).isEqualTo("text\n");
  }

  @Test
  void windowsAndOldMacintoshLineEndsCount() {
    for (String end : new String[] {"\r\n", "\r", "\n"}) {
      YamlNode.Mapping m = (YamlNode.Mapping) parse("a: 1" + end + "b: 2" + end);
      assertThat(m.entry("b").orElseThrow().at()).isEqualTo(new Location(Path.of("f"), 2, 1, "b: 2"));
    }
  }

  @Test
  void anEmptyFileSaysNothing() {
    assertThat(CoreScalar.isNull(parse(""))).isTrue();
    assertThat(CoreScalar.isNull(parse("# only a comment\n"))).isTrue();
    assertThat(parse("\ufeffa: 1")).isEqualTo(parse("a: 1"));
  }

  @Test
  void anAliasStandsForWhatItsAnchorNames() {
    assertThat(parse("a: &x [1, 2]\nb: *x")).isEqualTo(parse("a: [1, 2]\nb: [1, 2]"));
    assertThat(errors("a: *x")).isEqualTo("1:4: found *x, expected the name of an anchor that ends before");
    assertThat(errors("a: &x [*x]")).startsWith("1:8: found *x");
  }

  @Test
  void whatIsNoYamlIsRefusedWithItsPlace() {
    assertThat(errors("a: 1\nb: c: 2")).startsWith("2:5: not YAML").contains("mapping values are not allowed");
    assertThat(errors("a:\n\tb: 1")).startsWith("2:1: not YAML").endsWith("| indent with spaces");
    assertThat(errors("a: [1, 2")).startsWith("1:9: not YAML");
    assertThat(errors("a: 'x")).startsWith("1:6: not YAML");
    assertThat(errors("a: 1\n b: 2")).startsWith("2:");
    assertThat(errors("a: 1\nb: \u0007")).isEqualTo("2:4: found the character U+7, expected printable text");
    assertThat(errors("%YAML 9.9\n---\na: 1")).startsWith("1:1: not YAML");
  }

  @Test
  void whatExperimentsDoNotUseIsRefused() {
    assertThat(errors("a: 1\n---\nb: 2")).isEqualTo("2:1: found a second document, expected one in a file | remove the line `---`");
    assertThat(errors("a: &x {b: 1}\nc: {<<: *x}")).startsWith("2:5: found the merge key <<");
    assertThat(errors("a: !!int '1'\nb: !x y\n? [c]\n: d")).startsWith("1:4: found the tag tag:yaml.org,2002:int").contains("\n2:4: found the tag !x").contains("\n3:3: found a list or mapping as a key");
  }

  @Test
  void depthAndSizeAreLimited() {
    assertThat(errors("[".repeat(2000))).isNotEmpty();
    assertThat(errors("[".repeat(200) + "]".repeat(200))).contains("more than 100 levels");
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++) {
      bomb.append("a").append(i).append(": &a").append(i).append(" [").append(("*a" + (i - 1) + ", ").repeat(10)).append("x]\n");
    }
    assertThat(errors(bomb.toString())).contains("aliases expanded");
  }

  @Test
  void aFileThatCannotBeReadIsAFailure(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> YamlNode.read(folder.resolve("none.yaml"))).isInstanceOf(Failure.class).hasMessageEndingWith("none.yaml: there is no such file");
    assertThatThrownBy(() -> YamlNode.read(folder)).isInstanceOf(Failure.class).hasMessageContaining("found a folder");
    Path latin = folder.resolve("latin.yaml");
    Files.write(latin, "a: 1\nb: gr\u00fcn\n".getBytes(StandardCharsets.ISO_8859_1));
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> YamlNode.read(latin));
    assertThat(Sample.shown(e)).containsExactly("2:6: found the byte 0xfc, expected UTF-8 text | save the file as UTF-8");
    Path good = folder.resolve("good.yaml");
    Files.writeString(good, "a: gr\u00fcn\n");
    assertThat(YamlNode.read(good)).isEqualTo(parse("a: gr\u00fcn"));
  }

  @Test
  void parametersAreReplacedWhereTheyAreWholeScalars() {
    YamlNode body = parse("- conv2d: {out_channels: $channels, stride: $stride}\n- name: $1 or x$channels\n");
    YamlNode.Mapping params = (YamlNode.Mapping) parse("{channels: 64, stride: [1, 2]}");
    Map<String, YamlNode> values = Map.of("channels", params.value("channels").orElseThrow(), "stride", params.value("stride").orElseThrow());
    assertThat(body.substitute(values)).isEqualTo(parse("- conv2d: {out_channels: 64, stride: [1, 2]}\n- name: $1 or x$channels\n"));
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> body.substitute(Map.of()));
    assertThat(Sample.shown(e)).hasSize(2).first().asString().startsWith("1:26: found `$channels`");
  }
}
