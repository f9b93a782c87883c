package io.github.dl4jclipping.internal.norm;

import java.util.List;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Cuts one flat gradient into views by a {@link GradientLayout}: once for a network's own gradient,
 * anew for a gradient that comes from elsewhere.
 */
public final class GradientViews {

  private final GradientLayout layout;
  private final INDArray flat;
  private final List<INDArray> participants;
  private final List<INDArray> watched;
  private final List<INDArray> divided;
  private final List<INDArray> othersDivided;
  private final List<INDArray> excluded;
  private final List<INDArray> notOfLossDivided;
  private final List<Stretch> byParameter;
  private final List<Stretch> watchedStretches;

  private GradientViews(GradientLayout layout, INDArray flat) {
    this.layout = layout;
    this.flat = flat;
    this.participants = cut(layout.stretches(ParameterRole.GRADIENT));
    this.watched = cut(layout.watched());
    this.divided = cut(layout.divided());
    this.othersDivided = cut(layout.othersDivided());
    this.excluded = cut(layout.stretches(ParameterRole.EXCLUDED));
    this.notOfLossDivided = cut(layout.notOfLossDivided());
    this.byParameter = stretches(layout.parameters(ParameterRole.GRADIENT));
    this.watchedStretches = stretches(layout.watched());
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
  public List<Stretch> byParameter() {
    return byParameter;
  }

  /** Returns what is not measured and yet must be finite: pseudo-gradients, excluded parameters. */
  public List<INDArray> watched() {
    return watched;
  }

  /** Returns the same as stretches. */
  public List<Stretch> watchedStretches() {
    return watchedStretches;
  }

  /** Returns all that DL4J divides by the minibatch size. */
  public List<INDArray> divided() {
    return divided;
  }

  /** Returns what takes no part and is divided by the minibatch size nevertheless. */
  public List<INDArray> othersDivided() {
    return othersDivided;
  }

  /** Returns the stretches that the settings keep out of clipping. */
  public List<INDArray> excluded() {
    return excluded;
  }

  /** Returns what is divided by the minibatch size and is no gradient of the loss. */
  public List<INDArray> notOfLossDivided() {
    return notOfLossDivided;
  }

  /** Returns the view of one parameter of the layout. */
  public INDArray of(GradientLayout.Parameter parameter) {
    return Stretch.of(flat, parameter).view();
  }

  private List<INDArray> cut(List<GradientLayout.Parameter> stretches) {
    return stretches(stretches).stream().map(Stretch::view).toList();
  }

  private List<Stretch> stretches(List<GradientLayout.Parameter> parameters) {
    return parameters.stream().map(parameter -> Stretch.of(flat, parameter)).toList();
  }
}
