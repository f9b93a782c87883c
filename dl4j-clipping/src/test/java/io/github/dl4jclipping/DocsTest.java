package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every test that a page of docs names is there: {@code XTest.method}, in any module. */
class DocsTest {

  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
  private static final Pattern REFERENCE = Pattern.compile("\\b(\\w+Test)\\.([a-z]\\w*)");
  private static final List<String> MODULES =
      List.of("dl4j-clipping", "samples/local", "samples/spark", "benchmarks");

  private static List<Path> files(Path folder, String ending) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Path> pages() {
    return files(ROOT.resolve("docs"), ".md");
  }

  private static Map<String, String> testsByName() throws IOException {
    Map<String, String> tests = new HashMap<>();
    for (String module : MODULES) {
      for (Path file : files(ROOT.resolve(module).resolve("src/test/java"), "Test.java")) {
        String name = file.getFileName().toString().replace(".java", "");
        tests.merge(name, Files.readString(file), String::concat);
      }
    }
    return tests;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void namesTestsThatExist(Path page) throws IOException {
    Map<String, String> tests = testsByName();
    List<MatchResult> references = REFERENCE.matcher(Files.readString(page)).results().toList();

    assertThat(references)
        .allSatisfy(
            reference ->
                assertThat(tests.getOrDefault(reference.group(1), ""))
                    .as(reference.group())
                    .containsPattern("void\\s+" + reference.group(2) + "\\("));
  }

  /** Otherwise the check above would pass without having checked anything. */
  @Test
  void thereAreReferences() throws IOException {
    String notes = Files.readString(ROOT.resolve("docs").resolve("dl4j-notes.md"));

    assertThat(REFERENCE.matcher(notes).results()).hasSizeGreaterThan(100);
  }
}
