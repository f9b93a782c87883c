package io.github.dl4jclipping.internal.precision;

import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scales the loss of a network, keeps the factor of each gradient, and adapts the loss scale. */
public class ScaledPrecision implements Precision {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private final Model network;
  private final LossScale scale;
  private final ScaledOutputs outputs;
  private final Predicate<String> isNew;
  private double scaleOfStep = 1;
  private double factorOfStep = 1;
  private boolean scaled;

  /**
   * Prepares loss scaling for a network, without changing the network.
   *
   * @param isNew returns true at the first call for a topic of a warning
   */
  public ScaledPrecision(
      Model network, LossScale scale, ScaledOutputs outputs, Predicate<String> isNew) {
    this.network = network;
    this.scale = scale;
    this.outputs = outputs;
    this.isNew = isNew;
  }

  @Override
  public final boolean scalesLoss() {
    return true;
  }

  @Override
  public final void beginPass() {
    scale.forget();
    outputs.begin(scale.scale() / (network.conf().isMiniBatch() ? network.batchSize() : 1));
  }

  @Override
  public final void forgetPass() {
    outputs.end();
    scale.forget();
  }

  @Override
  public final void endPass() {
    outputs.end().ifPresent(factor -> scale.remember(network.gradient(), factor));
  }

  @Override
  public final double giveUpFactor() {
    return scale.giveUp().orElse(1);
  }

  @Override
  public final double takeFactor(Object gradient, boolean own) {
    if (own) {
      outputs.requireEnded();
    }
    OptionalDouble factor = scale.take(gradient, own);
    scaled = factor.isPresent();
    if (!scaled && own && isNew.test("unscaled loss")) {
      log.warn(
          "lossScaling is set, but this gradient came from a pass whose loss was not scaled. A"
              + " loss is scaled only if the network has a GradientClippingListener and"
              + " computeGradientAndScore runs. Add the listener. Errors that you pass to"
              + " backpropGradient are never scaled.");
    }
    scaleOfStep = scaled ? scale.scale() : 1;
    factorOfStep = factor.orElse(1);
    return factorOfStep;
  }

  @Override
  public final boolean absorbs(BooleanSupplier forwardBroken) {
    if (!scaled || !scale.canBackOff() || forwardBroken.getAsBoolean()) {
      scale.endGoodSteps();
      return false;
    }
    scale.overflow();
    return true;
  }

  @Override
  public final void good() {
    if (scaled) {
      scale.good();
    }
  }

  @Override
  public final @Nullable ScaledStep scaledStep() {
    return scaled ? new ScaledStep(scaleOfStep, factorOfStep) : null;
  }

  @Override
  public final LossScaleStatus status() {
    LossScaleStatus now = scale.status();
    return new LossScaleStatus(scaleOfStep, now.goodSteps(), now.overflows());
  }

  @Override
  public final LossScale lossScale() {
    return scale;
  }
}
