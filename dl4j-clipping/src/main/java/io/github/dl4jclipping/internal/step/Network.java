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

/** Defines what the step needs to know of the network that it trains. */
public interface Network {

  /** Returns the state that is kept for the network between steps. */
  ClippingState state();

  /** Returns the network's training progress. */
  Progress progress();

  /** Returns the network's own flat gradient. */
  INDArray gradient();

  /** Returns the network's flat parameters. */
  INDArray parameters();

  /** Returns the score of the step. */
  double score();

  /** Returns whether a layer has one of DL4J's GradientNormalizations. */
  boolean normalizesLayers();

  /**
   * Returns whether a GradientNormalization acts on the network's own gradient even if another
   * gradient is passed in.
   */
  boolean normalizationMissesExternalGradients();

  /**
   * Clears the state of recurrent layers and the masks, which could carry a NaN from a step that is
   * not applied into the next one.
   */
  void forgetSequence();

  /**
   * Returns whether the batch or a parameter is non-finite, or the score is NaN; if so, the loss
   * scale is not the cause.
   */
  boolean isForwardBroken();

  /**
   * Finds where a non-finite gradient came from.
   *
   * @param broken the parameters whose gradient is non-finite
   * @param external whether the gradient is not the network's own
   * @param scaling how the loss of the step was scaled; null if it was not
   */
  Origin findOrigin(
      List<NonFiniteParameter> broken, boolean external, @Nullable ScaledStep scaling);

  /** Calls an observer with the report of a non-finite gradient and with the network. */
  void tell(ClipObserver observer, NonFiniteReport report, boolean external);
}
