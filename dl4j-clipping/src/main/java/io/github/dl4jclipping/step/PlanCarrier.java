package io.github.dl4jclipping.step;

/** An updater in a network's configuration that carries the settings of clipping. */
@FunctionalInterface
public interface PlanCarrier {

  /** Returns the settings. */
  ClippingPlan plan();
}
