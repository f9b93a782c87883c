package io.github.dl4jclipping.norm;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Cuts one flat gradient into views by a {@link GradientLayout}: once for a network's own gradient,
 * anew for a gradient that comes from elsewhere.
 */
public final class GradientViews {

  private final GradientLayout layout;
  private final INDArray flat;
  private final List<INDArray> participants;
  private final List<INDArray> pseudoGradients;
  private final List<INDArray> othersDivided;
  private final List<INDArray> byParameter;

  private GradientViews(GradientLayout layout, INDArray flat) {
    this.layout = layout;
    this.flat = flat;
    this.participants = cut(layout.stretches(ParameterRole.GRADIENT));
    this.pseudoGradients = cut(layout.stretches(ParameterRole.PSEUDO_GRADIENT));
    List<GradientLayout.Parameter> others = new ArrayList<>();
    others.addAll(layout.stretches(ParameterRole.PSEUDO_GRADIENT));
    others.addAll(layout.stretches(ParameterRole.IDLE));
    others.removeIf(stretch -> !stretch.dividedByMinibatch());
    this.othersDivided = cut(others);
    this.byParameter = cut(layout.parameters(ParameterRole.GRADIENT));
  }

  /**
   * Cuts a flat gradient.
   *
   * @throws IllegalArgumentException if its length is not the layout's
   */
  public static GradientViews of(GradientLayout layout, INDArray gradient) {
    long length = layout.parameters().stream().mapToLong(GradientLayout.Parameter::length).sum();
    if (gradient.length() != length) {
      throw new IllegalArgumentException(
          "gradient must have the network's " + length + " elements, but has " + gradient.length());
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      return new GradientViews(layout, gradient.reshape(length));
    }
  }

  /** Returns whether an array is the very memory that these views were cut from. */
  public boolean isOf(INDArray gradient) {
    return flat.length() == gradient.length()
        && flat.offset() == gradient.offset()
        && flat.data().platformAddress() == gradient.data().platformAddress();
  }

  /** Returns the layout that these views follow. */
  public GradientLayout layout() {
    return layout;
  }

  /** Returns the whole flat gradient. */
  public INDArray flat() {
    return flat;
  }

  /** Returns the stretches that take part, each as long as can be. */
  public List<INDArray> participants() {
    return participants;
  }

  /** Returns the stretches that take part, one for each parameter. */
  public List<INDArray> byParameter() {
    return byParameter;
  }

  /** Returns the pseudo-gradients. */
  public List<INDArray> pseudoGradients() {
    return pseudoGradients;
  }

  /** Returns what takes no part and is divided by the minibatch size nevertheless. */
  public List<INDArray> othersDivided() {
    return othersDivided;
  }

  /** Returns the view of one parameter of the layout. */
  public INDArray of(GradientLayout.Parameter parameter) {
    return cut(List.of(parameter)).get(0);
  }

  private List<INDArray> cut(List<GradientLayout.Parameter> stretches) {
    List<INDArray> views = new ArrayList<>();
    for (GradientLayout.Parameter stretch : stretches) {
      long end = stretch.offset() + stretch.length();
      views.add(flat.get(NDArrayIndex.interval(stretch.offset(), end)));
    }
    return List.copyOf(views);
  }
}
