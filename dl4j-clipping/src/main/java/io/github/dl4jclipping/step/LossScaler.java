package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.GradientNorms;
import io.github.dl4jclipping.report.ClippingLog;
import io.github.dl4jclipping.scaling.LossScale;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import io.github.dl4jclipping.scaling.ScaledOutputs;
import org.deeplearning4j.nn.api.Model;

/** Knows by what each gradient of a network was scaled, and adapts the scale. */
final class LossScaler {

  private final Model network;
  private final LossScale scale;
  private final ScaledOutputs outputs;
  private double scaleOfStep = 1;
  private boolean scaled;

  LossScaler(Model network, LossScale scale, ScaledOutputs outputs) {
    this.network = network;
    this.scale = scale;
    this.outputs = outputs;
  }

  /** Makes sure that the next loss is scaled, whoever changed the layers' configuration. */
  void wrap() {
    outputs.wrap();
  }

  /** Returns what the loss of this step was multiplied by; 1 where the gradient came without. */
  double takeFactor() {
    double factor = scale.take();
    scaled = !Double.isNaN(factor);
    scaleOfStep = scaled ? scale.scale() : 1;
    return scaled ? factor : 1;
  }

  /**
   * Returns whether a gradient that is not finite is put down to the scale, which is lowered. Where
   * the forward pass is broken no scale will mend it.
   */
  boolean absorbs(Update update) {
    boolean forwardBroken =
        Double.isNaN(network.score()) || GradientNorms.nonFinite(network.params()).total() > 0;
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
