package io.github.dl4jclipping.step;

import io.github.dl4jclipping.forensics.OriginFinder;
import io.github.dl4jclipping.forensics.ScaledStep;
import io.github.dl4jclipping.norm.GradientNorms;
import io.github.dl4jclipping.report.ClippingLog;
import io.github.dl4jclipping.scaling.LossScale;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import io.github.dl4jclipping.scaling.ScaledOutputs;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.gradient.Gradient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Knows by what each gradient of a network was scaled, and adapts the scale. */
final class LossScaler {

  private static final Logger log = LoggerFactory.getLogger(ClippingLog.NAME);

  private final Model network;
  private final LossScale scale;
  private final ScaledOutputs outputs;
  private double scaleOfStep = 1;
  private double factorOfStep = 1;
  private boolean scaled;

  LossScaler(Model network, LossScale scale, ScaledOutputs outputs) {
    this.network = network;
    this.scale = scale;
    this.outputs = outputs;
  }

  /** Begins a pass of the network's training: its loss is scaled, by one factor for all outputs. */
  void beginPass() {
    scale.forget();
    outputs.begin(scale.scale() / (network.conf().isMiniBatch() ? network.batchSize() : 1));
  }

  /** Forgets a pass whose gradient never came to be applied. */
  void forgetPass() {
    outputs.end();
    scale.forget();
  }

  /** Ends the pass that is running: the network's gradient is computed. */
  void endPass() {
    outputs.end().ifPresent(factor -> scale.remember(network.gradient(), factor));
  }

  /**
   * Returns what the loss of a step's gradient was multiplied by; 1 where it came without.
   *
   * @param own whether it stands where the network computes its own
   */
  double takeFactor(Gradient gradient, boolean own) {
    if (own) {
      outputs.requireEnded();
    }
    OptionalDouble factor = scale.take(gradient, own);
    scaled = factor.isPresent();
    if (!scaled && own && ClippingState.of(network).isNew("unscaled loss")) {
      log.warn(
          "lossScaling is set, but this gradient came from a pass whose loss was not scaled. Losses"
              + " are scaled where a GradientClippingListener is on the network and"
              + " computeGradientAndScore runs: add the listener; errors that are passed to"
              + " backpropGradient are never scaled.");
    }
    scaleOfStep = scaled ? scale.scale() : 1;
    factorOfStep = factor.orElse(1);
    return factorOfStep;
  }

  /** Returns how the loss of this step was scaled; null where it was not. */
  @Nullable ScaledStep step() {
    return scaled ? new ScaledStep(scaleOfStep, factorOfStep) : null;
  }

  /** Returns what the loss of a gradient that nobody took was multiplied by, once; 1 if none is. */
  double giveUpFactor() {
    return scale.giveUp().orElse(1);
  }

  /**
   * Returns whether a gradient that is not finite is put down to the scale, which is lowered. Where
   * the forward pass is broken no scale will mend it.
   */
  boolean absorbs(Update update) {
    boolean forwardBroken =
        Double.isNaN(network.score())
            || GradientNorms.nonFinite(network.params()).total() > 0
            || OriginFinder.isBatchBroken(network);
    if (!scaled || forwardBroken || !scale.canBackOff()) {
      scale.endGoodSteps();
      return false;
    }
    scale.overflow();
    ClippingLog.overflowed(update.iteration(), scaleOfStep, scale.status());
    return true;
  }

  /** Counts a step whose gradient is finite. */
  void good() {
    if (scaled) {
      scale.good();
    }
  }

  /** Returns how this step was scaled and where the counts stand. */
  LossScaleStatus status() {
    LossScaleStatus now = scale.status();
    return new LossScaleStatus(scaleOfStep, now.goodSteps(), now.overflows());
  }
}
