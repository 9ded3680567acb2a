package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.backend.cuda.Precision;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.op.OpCases;
import dlt.selftest.OpCheck;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `dlt devices --test` on the software GPU, but for the rates, which take large operands.
class DeviceTestTest {
  @Test
  void everyCaseOfEveryOpIsRightAtEveryPrecision() throws IOException {
    CommandsTest.Result r = SoftwareGpu.dlt(new SoftwareDriver(), "devices", "--test", "--no-rates", "--json");
    assertThat(r.code()).as(r.err()).isZero();
    long all = OpCases.all().size();
    long products = OpCases.all().stream().filter(c -> OpCheck.product(c.op())).count();
    assertThat(r.json().get("cases").asLong()).isEqualTo(all + products * (Precision.values().length - 1));
    assertThat(r.json().get("wrong").asLong()).isZero();
    assertThat(r.json().get("devices")).hasSize(Precision.values().length).allSatisfy(d ->
        assertThat(d.get("ops")).allSatisfy(o -> assertThat(o.get("worst_error").asDouble()).as(o.toString()).isBetween(0.0, 1.0)));
    assertThat(ops(r.json().get("devices").get(0))).isEqualTo(OpCases.all().stream().map(c -> c.op().name()).collect(Collectors.toSet()));
  }

  private static Set<String> ops(JsonNode device) {
    Set<String> r = new HashSet<>();
    device.get("ops").forEach(o -> r.add(o.get("op").asText()));
    return r;
  }

  @Test
  void aKernelThatIsWrongIsNamedWithWhatItGaveAndWhatWasExpected() throws IOException {
    SoftwareDriver driver = new SoftwareDriver();
    driver.mutation().rewrite(ptx -> ptx.contains(" softmax_") ? ptx.replace("max.f32", "min.f32") : ptx);
    CommandsTest.Result r = SoftwareGpu.dlt(driver, "devices", "--test", "--no-rates", "--op", "softmax,relu", "--json");
    assertThat(r.code()).isEqualTo(6);
    assertThat(r.err().lines().filter(l -> l.startsWith("dlt: "))).singleElement()
        .satisfies(l -> assertThat(l).matches("dlt: \\d+ of \\d+ results are wrong; the first: Softmax\\[.*: element \\d+ of \\[.*] is .*, expected .* \\+- .*"));
    assertThat(r.json().get("error").get("code").asInt()).isEqualTo(6);
    JsonNode ops = r.json().get("devices").get(0).get("ops");
    assertThat(ops).hasSize(2);
    ops.forEach(o -> assertThat(o.get("wrong").asInt() > 0).isEqualTo(o.get("op").asText().equals("softmax")));
  }

  @Test
  void anOpThatThereIsNotIsRefusedWithThoseThatThereAre() {
    CommandsTest.Result r = SoftwareGpu.dlt(new SoftwareDriver(), "devices", "--test", "--op", "nonsense");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("--op nonsense: expected one of", "matmul", "softmax");
  }
}
