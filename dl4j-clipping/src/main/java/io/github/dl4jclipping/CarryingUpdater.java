package io.github.dl4jclipping;

import io.github.dl4jclipping.internal.step.ClippingSettings;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The type by which the packages below recognize {@link ClippedUpdater}: an updater that carries
 * settings.
 */
abstract class CarryingUpdater implements IUpdater {

  private static final long serialVersionUID = 1L;

  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod") // as every updater of DL4J does
  public abstract IUpdater clone();

  /** Returns the settings. */
  abstract ClippingSettings settings();
}
