package io.github.dl4jclipping;

import io.github.dl4jclipping.internal.step.ClippingSettings;
import org.nd4j.linalg.learning.config.IUpdater;

/** What the settings know of the updater that carries them. */
abstract class CarryingUpdater implements IUpdater {

  private static final long serialVersionUID = 1L;

  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod") // as every updater of DL4J does
  public abstract IUpdater clone();

  /** Returns the settings. */
  abstract ClippingSettings settings();
}
