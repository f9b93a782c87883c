package io.github.dl4jclipping.internal.precision;

import io.github.dl4jclipping.internal.norm.GradientRescaling;
import io.github.dl4jclipping.internal.norm.GradientViews;

/**
 * Holds what the gradient of a step must still be divided by.
 *
 * @param batch the divisor that DL4J uses: the minibatch size, or 1
 * @param lossFactor the factor on the loss; 1 without loss scaling
 */
public record Division(int batch, double lossFactor) {

  /** Checks the minibatch size, which a user's training loop may pass in. */
  public Division {
    if (batch < 1) {
      throw new IllegalArgumentException(
          "batchSize must be >= 1, but was " + batch + ". Nothing was applied.");
    }
  }

  /** The division of a gradient that needs none, because it was divided before. */
  public static final Division DONE = new Division(1, 1);

  /** Returns the whole divisor of the gradient of the loss. */
  public double whole() {
    return lossFactor == 1 ? batch : lossFactor * batch;
  }

  /** Divides the whole gradient; without loss scaling, the result equals DL4J's to the bit. */
  public void apply(GradientViews views) {
    if (lossFactor == 1) {
      GradientRescaling.divide(views.divided(), batch);
    } else {
      GradientRescaling.rescale(views.participants(), 1 / whole());
      applyToOthers(views);
    }
  }

  /** Divides the stretches that take no part in clipping. */
  public void applyToOthers(GradientViews views) {
    if (lossFactor == 1) {
      GradientRescaling.divide(views.othersDivided(), batch);
    } else {
      GradientRescaling.rescale(views.excluded(), 1 / whole());
      GradientRescaling.divide(views.notOfLossDivided(), batch);
    }
  }
}
