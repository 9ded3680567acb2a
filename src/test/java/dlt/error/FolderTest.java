package dlt.error;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
  private static final Set<String> STREAMS = Set.of("list", "walk", "find", "newDirectoryStream");

  @TempDir Path folder;

  @Test
  void whatLiesInAFolderComesInTheOrderOfTheNames() throws IOException {
    for (String name : new String[] {"b", "a", "c"}) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(Folder.entries(folder)).containsExactly(folder.resolve("a"), folder.resolve("b"), folder.resolve("c"));
    assertThat(Folder.tree(folder)).containsExactly(folder, folder.resolve("a"), folder.resolve("b"), folder.resolve("c"));
  }

  @Test
  void whatFailsAmongTheEntriesIsAnExceptionThatIsExpected() throws IOException {
    Files.createSymbolicLink(folder.resolve("loop"), folder);
    assertThatThrownBy(() -> Folder.tree(folder, FileVisitOption.FOLLOW_LINKS)).isInstanceOf(FileSystemLoopException.class);
  }

  @Test
  void nobodyElseListsFolders() {
    noClasses().that().doNotHaveSimpleName("Folder")
        .and().doNotHaveFullyQualifiedName("dlt.build.CacheableClasses") // which no user runs
        .and().doNotHaveFullyQualifiedName("dlt.cli.Warmup")
        .should().callMethodWhere(DescribedPredicate.<JavaMethodCall>describe("they list a folder",
            call -> call.getTargetOwner().isEquivalentTo(Files.class) && STREAMS.contains(call.getTarget().getName())))
        .check(new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dlt"));
  }
}
