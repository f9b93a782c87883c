package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.OriginKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The hunt ends at the missing value, whatever the policy. */
class NanHuntTest {

  @Test
  void findsTheMissingValue() {
    List<HuntResult> results = NanHunt.hunt();

    assertThat(results).extracting(HuntResult::policy).containsExactly(NonFinitePolicy.values());
    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(result.first().origin().kind()).isEqualTo(OriginKind.FEATURES);
              assertThat(result.first().verdict())
                  .isEqualTo("column 2 of the features has 1 NaN in row 61");
            });
    assertThat(results).extracting(HuntResult::stopped).containsExactly(true, false, false, false);
    assertThat(results).extracting(HuntResult::finite).containsExactly(true, false, true, true);
    assertThat(results)
        .filteredOn(result -> result.policy() == NonFinitePolicy.SKIP)
        .singleElement()
        .satisfies(result -> assertThat(result.accuracy()).isGreaterThan(0.8));
    assertThat(HuntTable.of(results).lines()).hasSize(5);
  }
}
