package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.OriginKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hunt ends at the missing value, whatever the policy. */
class NanHuntTest {

  @TempDir private Path evidence;

  @Test
  void findsTheMissingValue() throws Exception {
    List<HuntResult> results = NanHunt.hunt(evidence);

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
    for (NonFinitePolicy policy : NonFinitePolicy.values()) {
      Path folder = evidence.resolve(policy.name().toLowerCase(Locale.ROOT));
      assertThat(Replay.replay(folder.resolve("incident-1")))
          .contains("column 2 of the features has 1 NaN in row 61");
    }
  }
}
