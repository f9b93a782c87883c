package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every test that a page of docs names is there: {@code XTest.method}, in any module. */
class DocsTest {

  private static final Pattern REFERENCE =
      Pattern.compile("\\b(\\w+Test)\\.(?!java\\b)([a-z]\\w*)");

  static List<Path> pages() {
    return Docs.pages();
  }

  /** Returns the source of the tests of all modules. */
  private static Map<String, String> testsByName() {
    Map<String, String> tests = new HashMap<>();
    for (Path file : Docs.files(Docs.ROOT, "Test.java")) {
      String name = file.getFileName().toString().replace(".java", "");
      tests.merge(name, Docs.read(file), String::concat);
    }
    return tests;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void namesTestsThatExist(Path page) {
    Map<String, String> tests = testsByName();
    List<MatchResult> references = REFERENCE.matcher(Docs.read(page)).results().toList();

    assertThat(references)
        .allSatisfy(
            reference ->
                assertThat(tests.getOrDefault(reference.group(1), ""))
                    .as(reference.group())
                    .containsPattern("void\\s+" + reference.group(2) + "\\("));
  }

  /** Otherwise the check above would pass without having checked anything. */
  @Test
  void thereAreReferences() {
    String notes = Docs.read(Docs.ROOT.resolve("docs").resolve("dl4j-notes.md"));

    assertThat(REFERENCE.matcher(notes).results()).hasSizeGreaterThan(100);
  }
}
