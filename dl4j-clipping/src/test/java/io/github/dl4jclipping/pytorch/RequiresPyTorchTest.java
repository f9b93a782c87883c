package io.github.dl4jclipping.pytorch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.pytorch.RequiresPyTorch.Outcome;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A test without its oracle is never passed. */
class RequiresPyTorchTest {

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
