package io.github.dl4jclipping.report;

import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.internal.log.Numbers;
import io.github.dl4jclipping.rule.QuantileSketch;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the norms of a run and suggests a bound, whether or not the run clips. It logs its advice
 * at the end of each epoch; {@link #advice} returns it at any time.
 *
 * <pre>{@code
 * ThresholdAdvisor advisor = new ThresholdAdvisor();
 * network.addListeners(
 *     new GradientClippingListener(GradientClipping.measureOnly()).observe(advisor));
 * network.fit(iterator);
 * advisor.advice().suggestion();
 * advisor.clippedShareAt(5.0);
 * }</pre>
 *
 * <p>The suggestion is the 90th percentile of the norms: nine steps in ten remain unchanged, and
 * the largest norms are bounded. This is a cautious choice. Pascanu, Mikolov and Bengio look at the
 * average norm over many updates and find that bounds from half to ten times this average work.
 * AutoClip takes a low percentile on purpose and clips most steps, which makes the bound a part of
 * the step size. If the 90th percentile is more than ten times the median, the run has probably
 * exploded, and the median is suggested instead. With fewer than {@value #MIN_STEPS} finite steps
 * there is no suggestion.
 *
 * <p>Norms are large at the beginning of a run and change throughout it, so advice after a few
 * epochs is better than after one. Memory is bounded, whatever the number of steps. Percentiles are
 * exact up to {@value QuantileSketch#EXACT} finite steps, and within 0.1 % beyond.
 *
 * <p>Thread-safe. DL4J does not announce the end of an epoch in ParallelWrapper and on Spark: call
 * {@link #advice} there.
 *
 * <p>References: Pascanu, Mikolov and Bengio, <a href="https://arxiv.org/abs/1211.5063">On the
 * difficulty of training recurrent neural networks</a>, 2013; Seetharaman, Wichern, Pardo and Le
 * Roux, <a href="https://arxiv.org/abs/2007.14469">AutoClip: adaptive gradient clipping for source
 * separation networks</a>, 2020.
 */
public final class ThresholdAdvisor implements ClipObserver {

  /** The smallest number of finite steps from which a bound is suggested. */
  public static final int MIN_STEPS = 100;

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  /** A 90th percentile above this multiple of the median indicates an explosion. */
  private static final double EXPLOSION = 10;

  private static final double MOST_STEPS = 0.5;

  private final QuantileSketch norms = new QuantileSketch();
  private long steps;
  private long nonFinite;
  private long clipped;
  private double maxNorm = Double.POSITIVE_INFINITY;

  @Override
  public synchronized void onStep(ClipReport report) {
    steps++;
    if (!report.outcome().isMeasured()) {
      return;
    }
    clipped += report.isClipped() ? 1 : 0;
    maxNorm = report.maxNorm();
    // The finite norm of a zeroed step covers only its remaining elements: do not count it.
    if (!report.isNonFinite() && Double.isFinite(report.norm())) {
      norms.add(report.norm());
    } else {
      nonFinite++;
    }
  }

  /** Logs the advice. */
  @Override
  public synchronized void onEpochEnd(int epoch) {
    if (log.isInfoEnabled()) {
      log.info("epoch={} thresholdAdvice: {}", epoch, advice());
    }
  }

  /** Returns the share of the finite steps so far whose norm exceeds a bound, from 0 to 1. */
  public synchronized double clippedShareAt(double maxNorm) {
    return norms.shareAbove(maxNorm);
  }

  /** Returns a copy of the norms of the finite steps so far. */
  public synchronized QuantileSketch norms() {
    return QuantileSketch.of(norms.state());
  }

  /** Returns the advice based on the steps so far. */
  public synchronized ThresholdAdvice advice() {
    double suggestion = suggestion();
    return new ThresholdAdvice(
        steps,
        nonFinite,
        clipped,
        norms.quantile(0.5),
        norms.quantile(0.9),
        norms.quantile(0.95),
        norms.quantile(0.99),
        norms.largest(),
        suggestion,
        Double.isNaN(suggestion) ? Double.NaN : norms.shareAbove(suggestion),
        reason());
  }

  private double suggestion() {
    if (norms.count() < MIN_STEPS || norms.quantile(0.9) == 0) {
      return Double.NaN;
    }
    return twoDigits(norms.quantile(hasExploded() ? 0.5 : 0.9));
  }

  private boolean hasExploded() {
    return norms.quantile(0.9) > EXPLOSION * norms.quantile(0.5) && norms.quantile(0.5) > 0;
  }

  private String reason() {
    if (norms.count() < MIN_STEPS) {
      return "too few steps: "
          + norms.count()
          + (norms.count() == 1 ? " step has" : " steps have")
          + " a finite gradient, but percentiles need "
          + MIN_STEPS;
    }
    if (norms.quantile(0.9) == 0) {
      return "nine norms in ten are 0, so there is nothing to clip";
    }
    if (hasExploded()) {
      return "the median: the 90th percentile is more than "
          + (int) EXPLOSION
          + " times as large, so the run has probably exploded";
    }
    return "the 90th percentile: it leaves nine steps in ten unchanged and bounds the largest norms"
        + caveat();
  }

  private String caveat() {
    if (clipped > MOST_STEPS * steps) {
      return "; this run clipped most of its steps, so its bound acted as a learning rate: with"
          + " a higher bound, try a lower learning rate";
    }
    if (Double.isFinite(maxNorm) && clipped == 0) {
      return "; the bound of this run, " + Numbers.format(maxNorm) + ", clipped nothing";
    }
    return "";
  }

  private static double twoDigits(double value) {
    return new BigDecimal(value).round(new MathContext(2, RoundingMode.HALF_UP)).doubleValue();
  }

  @Override
  public String toString() {
    return "ThresholdAdvisor(" + norms + ")";
  }
}
