package io.github.dl4jclipping.internal.forensics;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** The mean squared error, whose gradient somebody got wrong. */
public final class BrokenLossGradient extends LossMSE {

  private static final long serialVersionUID = 1L;

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activation, INDArray mask) {
    return super.computeGradient(labels, preOutput, activation, mask).div(0);
  }
}
