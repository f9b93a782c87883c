package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.memory.Progress;
import io.github.dl4jclipping.internal.precision.ScaledStep;
import io.github.dl4jclipping.report.ClipObserver;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Something that is trained, as the step sees it. */
public interface Network {

  /** Returns what is remembered of it. */
  ClippingState state();

  /** Returns how far it is trained. */
  Progress progress();

  /** Returns its own flat gradient. */
  INDArray gradient();

  /** Returns its flat parameters. */
  INDArray parameters();

  /** Returns the score of the step. */
  double score();

  /** Returns whether a layer has a GradientNormalization of DL4J's. */
  boolean normalizesLayers();

  /**
   * Returns whether that acts on the network's own gradient even where another one is passed in.
   */
  boolean normalizationMissesExternalGradients();

  /** Forgets what would carry a NaN from a step that is not applied into the next one. */
  void forgetSequence();

  /**
   * Returns whether batch, parameters or score are not finite: then the loss scale is not at fault.
   */
  boolean isForwardBroken();

  /**
   * Finds out where a non-finite gradient came from.
   *
   * @param broken the parameters whose gradient is not finite
   * @param external whether the gradient is not the network's own
   * @param scaling how the loss of the step was scaled; null where it was not
   */
  Origin findOrigin(
      List<NonFiniteParameter> broken, boolean external, @Nullable ScaledStep scaling);

  /** Tells an observer of a non-finite gradient, and hands it the network. */
  void tell(ClipObserver observer, NonFiniteReport report, boolean external);
}
