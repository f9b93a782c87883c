package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A test without its oracle, or a page that nobody looked at, is never passed. */
class RequirementTest {

  @ParameterizedTest
  @CsvSource({
    "true, , RUN",
    "true, true, RUN",
    "false, , SKIP",
    "false, false, SKIP",
    "false, true, FAIL"
  })
  void decides(boolean available, String ci, Requirement outcome) {
    assertThat(Requirement.of(available, ci)).isEqualTo(outcome);
  }
}
