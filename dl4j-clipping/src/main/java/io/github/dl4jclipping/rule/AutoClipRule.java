package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import java.util.List;
import java.util.Map;

/**
 * Scales the whole gradient down if its L2 norm exceeds a percentile of all norms so far, including
 * the norm of this step. At the 10th percentile, about nine in ten steps are clipped.
 *
 * <p>Percentiles use linear interpolation, as in NumPy. They are exact for the first {@value
 * QuantileSketch#EXACT} norms, and within 0.1 % afterwards. Memory is bounded.
 *
 * <p>Unlike the authors' code, this rule adds no epsilon: a norm that is at most the percentile is
 * unchanged, and a larger one is scaled by {@code percentile / norm}. It also ignores norms that
 * are 0, or whose square is beyond the range of a double, because they could move the percentile so
 * far that the network no longer learns. Until the history has a norm, nothing is clipped.
 *
 * <p>Reference: Seetharaman, Wichern, Pardo and Le Roux, <a
 * href="https://arxiv.org/abs/2007.14469">AutoClip: Adaptive Gradient Clipping for Source
 * Separation Networks</a>, 2020.
 *
 * @param percentile the percentile that is the bound, greater than 0 and less than 100
 */
public record AutoClipRule(double percentile) implements ClipRule {

  /** The paper's choice. */
  public static final double DEFAULT_PERCENTILE = 10;

  private static final String NORMS = "norms";

  /** Checks the percentile. */
  public AutoClipRule {
    Bounds.between("percentile", percentile, 0, 100);
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public boolean clipsMostSteps() {
    return true;
  }

  @Override
  public boolean boundsWhole() {
    return true;
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    return new History();
  }

  private final class History implements RuleState {

    private QuantileSketch norms = new QuantileSketch();

    @Override
    public Decision decide(GradientMeasurement gradient) {
      double norm = gradient.norm();
      if (Learnable.is(norm)) {
        norms.add(norm);
      }
      return norms.count() == 0
          ? new Decision.Keep(Double.POSITIVE_INFINITY)
          : ExactBound.decide(norms.quantile(percentile / 100), norm);
    }

    @Override
    public Map<String, double[]> save() {
      return Map.of(NORMS, norms.state());
    }

    @Override
    public void restore(Map<String, double[]> saved) {
      QuantileSketch restored = QuantileSketch.of(new SavedNumbers(saved, NORMS).get(NORMS));
      SavedNumbers.require(
          !(restored.smallest() <= 0), "the smallest norm", "be > 0", restored.smallest());
      norms = restored;
    }
  }

  @Override
  public String toString() {
    return "autoClip(percentile=" + percentile + ")";
  }
}
