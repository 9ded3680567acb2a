package dlt.golden;

import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;

/// Counts what the tests of golden cases do and, when all tests have ended, prints one table: how many cases of each category
/// were there, how many tests they made (one for each backend), how these ended, and how many cases had none.
public final class GoldenTable implements InvocationInterceptor {
  private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(GoldenTable.class);

  private static final class Counts {
    final Set<String> cases = new HashSet<>();
    int passed;
    int failed;
  }

  private static final class Table implements AutoCloseable {
    final Map<String, Counts> categories = new TreeMap<>();

    @Override
    public void close() {
      StringBuilder b = new StringBuilder("golden cases of " + System.getProperty("golden.dir") + "\n");
      b.append(String.format(Locale.ROOT, "  %-14s %6s %6s %7s %7s %8s%n", "category", "cases", "tests", "passed", "failed", "skipped"));
      categories.forEach((name, c) -> b.append(String.format(Locale.ROOT, "  %-14s %6d %6d %7d %7d %8d%n",
          name, there(name), c.passed + c.failed, c.passed, c.failed, there(name) - c.cases.size())));
      System.out.print(b);
    }
  }

  /// A dynamic test belongs to the class of one of the contexts around it.
  private static Class<?> testClass(ExtensionContext context) {
    return context.getTestClass().orElseGet(() -> testClass(context.getParent().orElseThrow()));
  }

  private static int there(String category) {
    return GoldenCases.read(category).cases().size();
  }

  @Override
  public void interceptDynamicTest(Invocation<Void> invocation, DynamicTestInvocationContext test, ExtensionContext context) throws Throwable {
    Table table = context.getRoot().getStore(HERE).getOrComputeIfAbsent(Table.class, _ -> new Table(), Table.class);
    String category = testClass(context).getSimpleName().replaceAll("^Golden|Test$", "").toLowerCase(Locale.ROOT);
    Counts counts = table.categories.computeIfAbsent(category, _ -> new Counts());
    counts.cases.add(context.getDisplayName().replaceFirst(" on \\w+$", ""));
    try {
      invocation.proceed();
      counts.passed++;
    } catch (Throwable e) {
      counts.failed++;
      throw e;
    }
  }
}
