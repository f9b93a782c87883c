package io.github.dl4jclipping.step;

import io.github.dl4jclipping.scaling.LossScale;
import io.github.dl4jclipping.scaling.MasterWeights;
import io.github.dl4jclipping.scaling.ScaledOutputs;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;

/**
 * What a network in mixed precision has beside its updater.
 *
 * @param scaler what scales its loss, null where nothing does
 * @param scale the scale that it uses
 * @param master its weights and updater state in FLOAT, null where it has none
 */
record Mixed(
    @Nullable LossScaler scaler, @Nullable LossScale scale, @Nullable MasterWeights master) {

  /** One precision, and the loss as it is. */
  static final Mixed NONE = new Mixed(null, null, null);

  /** Keeps it for the next updater, now that this one is made, in the place of what was before. */
  void commitTo(Model network) {
    ClippingState.of(network).use(scale, master);
    if (scaler == null) {
      ScaledOutputs.endIn(network); // or settings of before would scale what nobody divides
    }
  }
}
