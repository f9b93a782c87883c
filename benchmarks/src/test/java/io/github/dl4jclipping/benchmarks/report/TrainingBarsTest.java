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

  TrainingBarsTest() {
    for (Variant variant : Variant.values()) {
      put(variant, ONE, ONE, NOTHING, NOTHING);
    }
  }

  @Test
  void allMet() {
    assertThat(bars()).allSatisfy(bar -> assertThat(bar.verdict()).isEqualTo("met"));
  }

  /** A read pass takes 10 of a stock update's 100: 1.1 is allowed. */
  @Test
  void readPassIsAllowed() {
    ratio(Variant.NEVER, 1.099);
    assertThat(verdicts()).containsOnly("met");
    ratio(Variant.NEVER, 1.101);
    assertThat(missed()).containsExactly("Update that never clips");
  }

  @Test
  void whatTheIntervalCannotDecideIsNotDecided() {
    put(Variant.ALWAYS, new Median(1.09, 1.06, 1.12), ONE, NOTHING, NOTHING);
    assertThat(verdicts()).containsOnlyOnce("not decided").doesNotContain("**missed**");
    put(Variant.ALWAYS, new Median(1.13, 1.101, 1.15), ONE, NOTHING, NOTHING);
    assertThat(missed()).containsExactly("Update that always clips");
  }

  /** Such an interval may lie below the bar by chance. */
  @Test
  void wideIntervalsNeverMeetABar() {
    put(Variant.ALWAYS, new Median(1.0, 0.94, 1.04), ONE, NOTHING, NOTHING);
    assertThat(verdicts()).containsOnlyOnce("not decided").doesNotContain("**missed**");
  }

  /** One percent of a step of 1,000 is 10 more. */
  @Test
  void whatWatchesMayTakeAShareOfTheStep() {
    ratio(Variant.WATCHED, 1.199);
    assertThat(verdicts()).containsOnly("met");
    ratio(Variant.WATCHED, 1.201);
    assertThat(missed()).containsExactly("With log, observer, CSV file, page and metrics");
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
    Median phase = new Median(100, 100, 100);
    variants.put(
        variant,
        new VariantResult(nanos, ONE, phase, 90, toStock, toPerLayer, heap, nativeObjects));
  }

  private List<String> verdicts() {
    return bars().stream().map(Bar::verdict).toList();
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
            List.of(new TrainingResult(Network.MLP, 32, 1_000_000, 30, readPass, variants)))
        .bars();
  }
}
