package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.norm.ArrayChecks;
import io.github.dl4jclipping.internal.norm.GradientLayout;
import io.github.dl4jclipping.internal.norm.GradientViews;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Cuts the parameters of a network as its gradient is cut, anew only if they are another array. */
final class ParameterViews {

  private final Network network;
  private final GradientLayout layout;
  private @Nullable GradientViews views;

  ParameterViews(Network network, GradientLayout layout) {
    this.network = network;
    this.layout = layout;
  }

  /** Returns the views of the parameters as they are now. */
  GradientViews now() {
    INDArray flat = network.parameters();
    ArrayChecks.requireOwnMemory(() -> "the network's parameters", flat);
    GradientViews known = views;
    if (known == null || !known.isOf(flat)) {
      known = GradientViews.of(layout, flat);
      views = known;
    }
    return known;
  }
}
