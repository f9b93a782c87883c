package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.norm.NamePattern;
import io.github.dl4jclipping.rule.ClipRule;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Holds the settings of clipping in the form that the internal packages use. Immutable.
 *
 * @param rule how gradients are clipped
 * @param policy what happens to a non-finite gradient
 * @param maxConsecutiveSkips how many consecutive skips {@link NonFinitePolicy#SKIP} allows, at
 *     least 0
 * @param parameterNorms whether every report carries the norm of each parameter
 * @param forensics whether the library looks for the origin of a non-finite gradient
 * @param excluded the parameters that are neither measured nor clipped
 * @param lossScaling how the loss is scaled; null if it is not
 */
public record ClippingSettings(
    ClipRule rule,
    NonFinitePolicy policy,
    int maxConsecutiveSkips,
    boolean parameterNorms,
    boolean forensics,
    List<NamePattern> excluded,
    @Nullable LossScaling lossScaling)
    implements Serializable {

  /** The default number of consecutive skips that are allowed. */
  public static final int DEFAULT_MAX_CONSECUTIVE_SKIPS = 10;

  /** Checks the settings. */
  public ClippingSettings {
    Objects.requireNonNull(rule, "rule must not be null");
    Objects.requireNonNull(policy, "nonFinite must not be null");
    excluded = List.copyOf(excluded);
    Bounds.steps("maxConsecutiveSkips", maxConsecutiveSkips);
  }

  @Override
  public String toString() {
    boolean usualSkips =
        policy != NonFinitePolicy.SKIP && maxConsecutiveSkips == DEFAULT_MAX_CONSECUTIVE_SKIPS;
    return rule
        + ", nonFinite="
        + policy
        + (usualSkips ? "" : ", maxConsecutiveSkips=" + maxConsecutiveSkips)
        + (parameterNorms ? ", parameterNorms" : "")
        + (forensics ? "" : ", forensics=false")
        + (excluded.isEmpty() ? "" : ", exclude=" + excluded)
        + (lossScaling == null ? "" : ", lossScaling=" + lossScaling);
  }
}
