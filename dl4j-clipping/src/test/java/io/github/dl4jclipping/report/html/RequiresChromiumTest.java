package io.github.dl4jclipping.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.report.html.RequiresChromium.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A page that nobody looked at is never passed. */
class RequiresChromiumTest {

  @ParameterizedTest
  @CsvSource({
    "true, , RUN",
    "true, true, RUN",
    "false, , SKIP",
    "false, false, SKIP",
    "false, true, FAIL"
  })
  void decides(boolean available, String ci, Outcome outcome) {
    assertThat(Outcome.of(available, ci)).isEqualTo(outcome);
  }
}
