package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VerdictTest {

  static Stream<Arguments> everyCombination() {
    return Arrays.stream(Ending.values())
        .flatMap(
            stock ->
                Arrays.stream(Ending.values())
                    .flatMap(
                        perLayer ->
                            Arrays.stream(Ending.values())
                                .map(plugin -> Arguments.of(stock, perLayer, plugin))));
  }

  @ParameterizedTest
  @MethodSource("everyCombination")
  void saysOfEachRunWhatHappenedToIt(Ending stock, Ending perLayer, Ending plugin) {
    String sentence =
        Verdict.of(
            List.of(
                Results.ended(Contender.STOCK, stock),
                Results.ended(Contender.CLIP_L2_PER_LAYER, perLayer),
                Results.ended(Contender.PLUGIN, plugin)));

    assertThat(sentence)
        .isEqualTo(
            "From the same seed, at learning rate 0.02: stock DL4J %s;"
                + " ClipL2PerLayer at 40 %s; dl4j-clipping at 40 %s.",
            expected(stock), expected(perLayer), expected(plugin));
  }

  private static String expected(Ending ending) {
    return switch (ending) {
      case LEARNED -> "learned (score 200.0 to 55.0)";
      case DID_NOT_LEARN -> "did not learn (score 200.0 to 3.3e+08)";
      case DIVERGED -> "diverged at iteration 2";
      case STOPPED ->
          "was stopped at iteration 1, before a gradient that is not finite reached the parameters";
    };
  }

  @Test
  void isOneLine() {
    assertThat(Verdict.of(List.of(Results.ended(Contender.PLUGIN, Ending.STOPPED))))
        .hasLineCount(1)
        .endsWith(".");
  }
}
