package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.GradientLayout;
import io.github.dl4jclipping.norm.GradientViews;
import io.github.dl4jclipping.scaling.MasterWeights;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.jspecify.annotations.Nullable;

/** Where a step works: in the network's own arrays, or with master weights in FLOAT. */
final class Precision {

  private final Host host;
  private final @Nullable MasterWeights master;
  private final @Nullable GradientViews wide;

  Precision(Host host, GradientLayout layout, @Nullable MasterWeights master) {
    this.host = host;
    this.master = master;
    this.wide = master == null ? null : GradientViews.of(layout, master.gradient());
  }

  /** Returns where the gradient is rescaled: its own views, or a copy in FLOAT. */
  GradientViews widen(GradientViews views) {
    if (wide == null) {
      return views;
    }
    wide.flat().assign(views.flat());
    return wide;
  }

  /**
   * Runs DL4J's own update.
   *
   * @param given the gradient that DL4J passed in, and subtracts from the parameters afterwards
   * @param worked what {@link #widen} returned for it
   */
  void update(Gradient given, GradientViews worked, Update update) {
    if (master == null) {
      host.updatePrepared(given, update);
      return;
    }
    master.takeOver(host.getNetwork().params());
    host.updatePrepared(new DefaultGradient(worked.flat()), update);
    master.apply(host.getNetwork().params(), given.gradient());
  }
}
