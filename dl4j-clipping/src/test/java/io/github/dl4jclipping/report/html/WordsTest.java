package io.github.dl4jclipping.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "1 | 1",
        "0.0123456 | 0.01235",
        "-1.5 | -1.5",
        "25169.9 | 25,170",
        "100 | 100",
        "999999 | 1,000,000",
        "3.21e8 | 3.21e8",
        "1e-7 | 1.00e-7",
        "4.9e-324 | 4.90e-324",
        "1e300 | 1.00e300",
        "NaN | NaN",
        "Infinity | Infinity",
        "-Infinity | -Infinity",
      })
  void number(double value, String text) {
    assertThat(Words.number(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0 %",
        "1 | 100 %",
        "0.0001 | < 0.1 %",
        "0.9999 | > 99.9 %",
        "0.034 | 3.4 %",
        "0.384 | 38 %",
      })
  void percent(double share, String text) {
    assertThat(Words.percent(share)).isEqualTo(text);
  }

  @Test
  void counts() {
    assertThat(Words.count(1, "step")).isEqualTo("1 step");
    assertThat(Words.count(0, "step")).isEqualTo("0 steps");
    assertThat(Words.count(1234567)).isEqualTo("1,234,567");
  }
}
