package io.github.dl4jclipping.internal.forensics;

import org.deeplearning4j.nn.api.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Computes a loss as loss scaling does: in FLOAT if the network is in HALF, with a factor on the
 * gradient. It is used only in copies of networks.
 */
final class ReplayedLoss implements ILossFunction {

  private static final long serialVersionUID = 1L;

  private final ILossFunction lossFn;
  private double factor = 1;

  private ReplayedLoss(ILossFunction lossFn) {
    this.lossFn = lossFn;
  }

  /**
   * Replaces the loss function of an output layer.
   *
   * @throws ReflectiveOperationException if the loss function of the layer cannot be replaced
   */
  static ReplayedLoss in(Layer output) throws ReflectiveOperationException {
    Object configured = output.conf().getLayer(); // DL4J has no common class for output layers
    Class<?> type = configured.getClass();
    ILossFunction plain = (ILossFunction) type.getMethod("getLossFn").invoke(configured);
    ReplayedLoss loss = new ReplayedLoss(plain);
    type.getMethod("setLossFn", ILossFunction.class).invoke(configured, loss);
    return loss;
  }

  /** Sets the factor on the gradient. */
  void multiplyBy(double value) {
    factor = value;
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      @Nullable INDArray mask,
      boolean average) {
    return lossFn.computeScore(
        wide(labels), wide(preOutput), activationFn, wideOrNull(mask), average);
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activationFn, @Nullable INDArray mask) {
    return lossFn.computeScoreArray(wide(labels), wide(preOutput), activationFn, wideOrNull(mask));
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activationFn, @Nullable INDArray mask) {
    return lossFn
        .computeGradient(wide(labels), wide(preOutput), activationFn, wideOrNull(mask))
        .muli(factor)
        .castTo(preOutput.dataType());
  }

  @Override
  public Pair<Double, INDArray> computeGradientAndScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      @Nullable INDArray mask,
      boolean average) {
    return new Pair<>(
        computeScore(labels, preOutput, activationFn, mask, average),
        computeGradient(labels, preOutput, activationFn, mask));
  }

  private static INDArray wide(INDArray array) {
    return array.dataType() == DataType.FLOAT16 ? array.castTo(DataType.FLOAT) : array;
  }

  private static @Nullable INDArray wideOrNull(@Nullable INDArray array) {
    return array == null ? null : wide(array);
  }

  @Override
  public String name() {
    return lossFn.name();
  }
}
