package io.github.dl4jclipping.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.benchmarks.statistics.Median;
import io.github.dl4jclipping.benchmarks.training.Network;
import io.github.dl4jclipping.benchmarks.training.TrainingResult;
import io.github.dl4jclipping.benchmarks.training.TrainingResult.VariantResult;
import io.github.dl4jclipping.benchmarks.training.Variant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainingBarsTest {

  private static final Median NOTHING = new Median(0, 0, 0);
  private static final Median ONE = new Median(1, 1, 1);

  private final Map<Variant, VariantResult> variants = new EnumMap<>(Variant.class);
  private Network network = Network.MLP;

  TrainingBarsTest() {
    for (Variant variant : Variant.values()) {
      put(variant, ONE, ONE, NOTHING, NOTHING);
    }
  }

  @Test
  void allMet() {
    assertThat(bars()).allSatisfy(bar -> assertThat(bar.verdict()).isEqualTo("met"));
  }

  /** A read pass takes 10 of a stock step's 1,000: 1.013 is allowed. */
  @Test
  void readPassIsAllowed() {
    ratio(Variant.NEVER, 1.0129);
    assertThat(missed()).isEmpty();
    ratio(Variant.NEVER, 1.0131);
    assertThat(missed()).containsExactly("Never clips");
  }

  @Test
  void missedOnlyIfTheIntervalExcludesTheBar() {
    put(Variant.ALWAYS, new Median(1.03, 1.009, 1.05), ONE, NOTHING, NOTHING);
    assertThat(missed()).isEmpty();
    put(Variant.ALWAYS, new Median(1.03, 1.011, 1.05), ONE, NOTHING, NOTHING);
    assertThat(missed()).containsExactly("Always clips");
  }

  @Test
  void deepNetworksHaveBarsOfTheirOwn() {
    network = Network.DEEP;
    ratio(Variant.NEVER, 1.03);
    ratio(Variant.ALWAYS, 1.03);
    ratio(Variant.OBSERVED, 1.05);
    assertThat(missed()).isEmpty();
    ratio(Variant.OBSERVED, 1.051);
    assertThat(missed()).containsExactly("With log and observer");
  }

  @Test
  void whatWatchesIsJudgedOnTwoNetworks() {
    ratio(Variant.WATCHED, 1.021);
    assertThat(missed())
        .containsExactly("MLP and LSTM at batch 32 with log, CSV file, page and metrics");
    network = Network.CNN;
    assertThat(missed()).isEmpty();
  }

  @Test
  void perLayer() {
    put(Variant.NEVER, ONE, new Median(1.002, 1.001, 1.003), NOTHING, NOTHING);
    assertThat(missed()).containsExactly("Both");
  }

  @Test
  void allocations() {
    put(Variant.NEVER, ONE, ONE, new Median(1024, 1024, 1024), NOTHING);
    assertThat(missed()).isEmpty();
    put(Variant.NEVER, ONE, ONE, new Median(1025, 1025, 1025), ONE);
    assertThat(missed())
        .containsExactly("Beyond stock, without observer", "Beyond stock, without observer");
  }

  private void ratio(Variant variant, double toStock) {
    put(variant, new Median(toStock, toStock, toStock), ONE, NOTHING, NOTHING);
  }

  private void put(
      Variant variant, Median toStock, Median toPerLayer, Median heap, Median nativeObjects) {
    Median nanos = new Median(1000, 1000, 1000);
    variants.put(variant, new VariantResult(nanos, toStock, toPerLayer, heap, nativeObjects));
  }

  private List<String> missed() {
    return bars().stream()
        .filter(bar -> bar.verdict().equals("**missed**"))
        .map(bar -> bar.requirement().substring(0, bar.requirement().indexOf(':')))
        .toList();
  }

  private List<Bar> bars() {
    Median readPass = new Median(10, 10, 10);
    return new TrainingBars(
            List.of(new TrainingResult(network, 32, 1_000_000, 30, readPass, variants)))
        .bars();
  }
}
