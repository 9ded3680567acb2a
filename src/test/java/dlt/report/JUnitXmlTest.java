package dlt.report;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.experiment.Assertion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class JUnitXmlTest {
  @TempDir Path folder;

  private Element suite(JUnitXml.Step step, String... conditions) throws Exception {
    Path file = folder.resolve("junit.xml");
    JUnitXml.write(file, "a<b>\"&\u0001.yaml", step,
        List.of(conditions).stream().map(c -> Assertion.parse(c).verdict(Map.of("accuracy", 0.9, "loss", Double.NaN))).toList());
    Document d = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(Files.newInputStream(file));
    return (Element) d.getElementsByTagName("testsuite").item(0);
  }

  private static Element child(Element of, String name, int i) {
    return (Element) of.getElementsByTagName(name).item(i);
  }

  @Test
  void eachAssertIsATestCaseWithItsValue() throws Exception {
    Element suite = suite(new JUnitXml.Step("measured", 1.5, Optional.empty()), "accuracy >= 0.5", "accuracy > 0.95", "loss < 1", "beauty > 1");
    assertThat(suite.getAttribute("tests")).isEqualTo("5");
    assertThat(suite.getAttribute("failures")).isEqualTo("3");
    assertThat(suite.getAttribute("errors")).isEqualTo("0");
    assertThat(suite.getAttribute("name")).isEqualTo("dlt a<b>\"&?.yaml");
    Element holds = child(suite, "testcase", 1);
    assertThat(holds.getAttribute("name")).isEqualTo("accuracy >= 0.5");
    assertThat(child(holds, "system-out", 0).getTextContent()).isEqualTo("accuracy = 0.9");
    assertThat(child(holds, "failure", 0)).isNull();
    assertThat(child(child(suite, "testcase", 2), "failure", 0).getAttribute("message")).isEqualTo("assert accuracy > 0.95: it is 0.900000");
    assertThat(child(child(suite, "testcase", 3), "system-out", 0).getTextContent()).isEqualTo("loss = NaN");
    assertThat(child(child(suite, "testcase", 4), "failure", 0).getAttribute("message")).contains("there is no beauty");
  }

  @Test
  void workThatFailedIsAnError() throws Exception {
    Element suite = suite(new JUnitXml.Step("trained", 0, Optional.of("no data\n  more of it")));
    assertThat(suite.getAttribute("errors")).isEqualTo("1");
    assertThat(child(suite, "error", 0).getAttribute("message")).isEqualTo("no data");
    assertThat(child(suite, "error", 0).getTextContent()).contains("more of it");
  }
}
