package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every link of a page to a file or a heading of this repository leads there. */
class DocsLinksTest {

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```$");

  static Stream<Path> pages() {
    return Stream.concat(
        Docs.pages().stream(),
        Stream.of(
                "README.md",
                "CONTRIBUTING.md",
                "CHANGELOG.md",
                "SECURITY.md",
                "benchmarks/README.md")
            .map(Docs.ROOT::resolve));
  }

  /** Returns a page without its blocks of code, in which a # starts a comment. */
  private static String prose(Path page) {
    return BLOCK.matcher(Docs.read(page)).replaceAll("");
  }

  private static List<String> links(Path page) {
    return LINK.matcher(prose(page))
        .results()
        .map(match -> match.group(1))
        .filter(link -> !link.startsWith("https://"))
        .toList();
  }

  /** Returns the anchors that GitHub gives to a page's headings. */
  static Set<String> anchors(String prose) {
    Map<String, Integer> seen = new HashMap<>();
    Set<String> anchors = new HashSet<>();
    for (MatchResult heading : HEADING.matcher(prose).results().toList()) {
      String anchor =
          heading
              .group(1)
              .toLowerCase(Locale.ROOT)
              .replaceAll("\\]\\([^)]*\\)", "")
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .replace(' ', '-');
      int before = seen.merge(anchor, 1, Integer::sum) - 1;
      anchors.add(before == 0 ? anchor : anchor + "-" + before);
    }
    return anchors;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void leadsSomewhere(Path page) {
    Path folder = page.resolveSibling(".").normalize();
    assertThat(links(page))
        .allSatisfy(
            link -> {
              String[] parts = link.split("#", 2);
              Path target = parts[0].isEmpty() ? page : folder.resolve(parts[0]).normalize();
              assertThat(target).as(link).exists();
              if (parts.length == 2) {
                assertThat(anchors(prose(target))).as(link).contains(parts[1]);
              }
            });
  }

  @Test
  void readmeLeadsToEveryPage() {
    assertThat(links(Docs.ROOT.resolve("README.md")))
        .containsAll(Docs.pages().stream().map(page -> "docs/" + page.getFileName()).toList());
  }

  @Test
  void anchorsAreThoseOfGitHub() {
    assertThat(
            anchors("# Two words\n\n## `code`, and more?\n\n## Two words\n# A-b_c: 1.5 x [y](z)\n"))
        .containsExactlyInAnyOrder("two-words", "code-and-more", "two-words-1", "a-b_c-15-x-y");
  }
}
