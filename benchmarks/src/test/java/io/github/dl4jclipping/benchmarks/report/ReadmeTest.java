package io.github.dl4jclipping.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ReadmeTest {

  private static final String TEXT =
      """
      # Title
      <!-- begin a -->
      old
      <!-- end a -->
      prose
      <!-- begin b -->
      <!-- end b -->
      """;

  @Test
  void replacesOneSection() {
    assertThat(new Readme(TEXT).with("a", "new").text())
        .isEqualTo(
            """
            # Title
            <!-- begin a -->

            new

            <!-- end a -->
            prose
            <!-- begin b -->
            <!-- end b -->
            """);
  }

  @Test
  void twiceIsOnce() {
    Readme once = new Readme(TEXT).with("a", "x").with("b", "$1 \\ y");
    assertThat(once.with("b", "$1 \\ y").with("a", "x")).isEqualTo(once);
  }

  @Test
  void refusesAnUnknownSection() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Readme(TEXT).with("c", ""))
        .withMessageContaining("begin c");
  }
}
