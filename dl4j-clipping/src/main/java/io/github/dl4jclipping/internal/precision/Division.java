package io.github.dl4jclipping.internal.precision;

import io.github.dl4jclipping.internal.norm.GradientRescaling;
import io.github.dl4jclipping.internal.norm.GradientViews;

/**
 * What a step's gradient is yet to be divided by.
 *
 * @param batch what DL4J divides by: the minibatch size, or 1
 * @param lossFactor what the loss was multiplied by; 1 without loss scaling
 */
public record Division(int batch, double lossFactor) {

  /** Checks the minibatch size, by which a loop of the user's own may have it divided. */
  public Division {
    if (batch < 1) {
      throw new IllegalArgumentException(
          "batchSize must be >= 1, but was " + batch + ". Nothing was applied.");
    }
  }

  /** Of a gradient that was divided. */
  public static final Division DONE = new Division(1, 1);

  /** Returns what the gradient of the loss is divided by in all. */
  public double whole() {
    return lossFactor == 1 ? batch : lossFactor * batch;
  }

  /** Divides the whole gradient; without loss scaling to the bit as DL4J does. */
  public void apply(GradientViews views) {
    if (lossFactor == 1) {
      GradientRescaling.divide(views.divided(), batch);
    } else {
      GradientRescaling.rescale(views.participants(), 1 / whole());
      applyToOthers(views);
    }
  }

  /** Divides what takes no part in clipping. */
  public void applyToOthers(GradientViews views) {
    if (lossFactor == 1) {
      GradientRescaling.divide(views.othersDivided(), batch);
    } else {
      GradientRescaling.rescale(views.excluded(), 1 / whole());
      GradientRescaling.divide(views.notOfLossDivided(), batch);
    }
  }
}
