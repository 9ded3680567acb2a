package dlt;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The design's table of packages: who may use whom.
class PackagesTest {
  private static final Set<String> ALL = Set.of();

  /// Every package may use itself and `error`.
  private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
      Map.entry("error", Set.of()),
      Map.entry("tensor", Set.of()),
      Map.entry("config", Set.of("tensor")),
      Map.entry("op", Set.of("tensor")),
      Map.entry("graph", Set.of("op", "tensor")),
      Map.entry("layer", Set.of("config", "graph", "op", "tensor")),
      Map.entry("loss", Set.of("config", "graph", "op", "tensor")),
      Map.entry("optim", Set.of("config", "graph", "op", "tensor")),
      Map.entry("data", Set.of("config", "tensor")),
      Map.entry("metric", Set.of("config", "tensor")),
      Map.entry("experiment", Set.of("tensor", "config", "op", "graph", "layer", "loss", "optim", "data", "metric")),
      Map.entry("backend", Set.of("graph", "op", "tensor")),
      Map.entry("backend.reference", Set.of("backend", "graph", "op", "tensor")),
      Map.entry("backend.cpu", Set.of("backend", "graph", "op", "tensor")),
      Map.entry("backend.cuda", Set.of("backend", "backend.cuda.driver", "graph", "op", "tensor")),
      Map.entry("backend.cuda.driver", Set.of("tensor")),
      Map.entry("run", Set.of("config", "tensor")),
      // training looks at everything that an experiment consists of, and ends with the verified export
      Map.entry("train", Set.of("experiment", "backend", "run", "onnx", "infer", "data", "metric", "optim", "graph", "op", "config", "tensor",
          "layer", "loss")),
      Map.entry("onnx", Set.of("graph", "op", "tensor")),
      Map.entry("infer", Set.of("tensor")),
      // a report evaluates the saved model again, or is about a sweep
      Map.entry("report", Set.of("train", "sweep", "infer", "run", "experiment", "backend", "data", "metric", "layer", "config", "tensor")),
      Map.entry("sweep", Set.of("train", "run", "experiment", "backend", "config", "tensor")),
      Map.entry("selftest", Set.of("backend", "backend.reference", "graph", "op", "tensor")),
      Map.entry("draft", Set.of("data", "config", "tensor")),
      Map.entry("build", Set.of()),
      Map.entry("cli", ALL));

  private static final JavaClasses CLASSES =
      new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dlt");

  private static String packageOf(JavaClass c) {
    return c.getPackageName().equals("dlt") ? "" : c.getPackageName().substring("dlt.".length());
  }

  @Test
  void everyPackageUsesOnlyWhatTheDesignAllows() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass c : CLASSES) {
      Set<String> allowed = MAY_USE.get(packageOf(c));
      if (allowed == null) {
        wrong.add("dlt." + packageOf(c) + " is not in the table");
      } else if (allowed != ALL) {
        for (Dependency d : c.getDirectDependenciesFromSelf()) {
          String target = d.getTargetClass().getPackageName();
          if (target.startsWith("dlt.")) {
            String p = packageOf(d.getTargetClass());
            if (!p.equals(packageOf(c)) && !p.equals("error") && !allowed.contains(p)) {
              wrong.add("dlt." + packageOf(c) + " uses dlt." + p + " (" + c.getSimpleName() + " -> " + d.getTargetClass().getSimpleName() + ")");
            }
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("dlt.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void everyPackageSaysWhatComesInAndWhatGoesOut() {
    Set<String> silent = CLASSES.stream()
        .map(JavaClass::getPackageName)
        .distinct()
        .filter(p -> !Files.exists(Path.of("src/main/java", p.replace('.', '/'), "package-info.java")))
        .collect(Collectors.toSet());
    assertThat(silent).isEmpty();
  }
}
