package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class ManPagesTest {
  private static final Map<String, String> PAGES = ManPages.all();

  @Test
  void everyVisibleCommandHasAPageWithAllItsOptions() {
    int visible = 0;
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      var spec = command.getCommandSpec();
      String page = PAGES.get("dlt-" + spec.name() + ".1");
      if (spec.usageMessage().hidden()) {
        assertThat(page).as(spec.name()).isNull();
        continue;
      }
      visible++;
      assertThat(page).as(spec.name()).contains(".SH NAME\ndlt\\-", ".SH SYNOPSIS\ndlt " + spec.name().replace("-", "\\-"), ".SH DESCRIPTION\n");
      for (OptionSpec o : spec.options()) {
        assertThat(page.contains("\\fB" + o.longestName().replace("-", "\\-") + "\\fR")).as(spec.name() + " " + o.longestName()).isEqualTo(!o.hidden());
      }
      assertThat(PAGES.get("dlt.1")).contains("\\fB" + spec.name() + "\\fR", "dlt\\-" + spec.name() + "(1)");
    }
    assertThat(PAGES).hasSize(visible + 1);
  }

  @Test
  void theFirstPageListsTheExitCodes() {
    assertThat(PAGES.get("dlt.1")).contains(".SH EXIT STATUS\n.TP\n0\ndone\n", ".TP\n129, 130, 143\n");
  }

  @Test
  void nothingInAPageIsTakenForARequestOrAPlaceholder() {
    PAGES.forEach((name, page) -> assertThat(page.lines()).as(name).allSatisfy(line -> {
      assertThat(line).isNotEmpty().doesNotStartWith("'").doesNotContain("${", "%n", "@|");
      if (line.startsWith(".")) {
        assertThat(line).matches("\\.(TH .*|SH [A-Z ]+|TP)");
      }
    }));
  }
}
