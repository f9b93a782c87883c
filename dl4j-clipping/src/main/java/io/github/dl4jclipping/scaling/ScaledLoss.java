package io.github.dl4jclipping.scaling;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;
import org.nd4j.shade.jackson.databind.jsontype.TypeSerializer;

/**
 * Scales the gradient of a loss function, and computes in FLOAT where the network is in HALF; the
 * score stays what it is.
 *
 * <p>Belongs to one network, which never stores it: DL4J's configuration keeps the loss function
 * alone, and JSON is the loss function's. A copy that travels is connected to none and does what
 * the loss does.
 */
@JsonSerialize(using = ScaledLoss.AsLoss.class)
public final class ScaledLoss implements ILossFunction {

  private static final long serialVersionUID = 1L;

  private final ILossFunction lossFn;
  private final transient @Nullable Connection connection;

  /** What a loss function is part of. */
  record Connection(
      Model network,
      Layer output,
      LossScale scale,
      NeuralNetConfiguration original,
      BooleanSupplier unscaled) {

    /**
     * Returns whether to scale: what divides again is in place, and it is this network that
     * computes, not one that was given a copy of its layer's configuration.
     */
    boolean isActive() {
      return unscaled.getAsBoolean() && output.input() != null;
    }
  }

  ScaledLoss(ILossFunction lossFn, @Nullable Connection connection) {
    this.lossFn = lossFn;
    this.connection = connection;
  }

  /** Returns the loss function that is scaled. */
  public ILossFunction getLossFn() {
    return lossFn;
  }

  @Nullable Connection connection() {
    return connection;
  }

  @Override
  public double computeScore(
      INDArray labels,
      INDArray preOutput,
      IActivation activationFn,
      @Nullable INDArray mask,
      boolean average) {
    return lossFn.computeScore(wide(labels), wide(preOutput), activationFn, wide(mask), average);
  }

  @Override
  public INDArray computeScoreArray(
      INDArray labels, INDArray preOutput, IActivation activationFn, @Nullable INDArray mask) {
    return lossFn
        .computeScoreArray(wide(labels), wide(preOutput), activationFn, wide(mask))
        .castTo(preOutput.dataType());
  }

  @Override
  public INDArray computeGradient(
      INDArray labels, INDArray preOutput, IActivation activationFn, @Nullable INDArray mask) {
    INDArray gradient =
        lossFn.computeGradient(wide(labels), wide(preOutput), activationFn, wide(mask));
    return scaled(gradient, labels).castTo(preOutput.dataType());
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

  private INDArray scaled(INDArray gradient, INDArray labels) {
    return connection == null || !connection.isActive()
        ? gradient
        : gradient.muli(connection.scale().apply(batchSize(connection.network(), labels)));
  }

  /** The same for all outputs of a network: the step divides by one number. */
  private static int batchSize(Model network, INDArray labels) {
    if (!network.conf().isMiniBatch()) {
      return 1;
    }
    boolean unknown = network instanceof MultiLayerNetwork layers && layers.getLabels() == null;
    return unknown ? (int) labels.size(0) : network.batchSize();
  }

  /** In HALF a probability near 1 leaves no difference to a label of 1, and log(1e-10) is none. */
  private @Nullable INDArray wide(@Nullable INDArray array) {
    return connection != null && array != null && array.dataType() == DataType.FLOAT16
        ? array.castTo(DataType.FLOAT)
        : array;
  }

  /** Writes the loss function itself. */
  static final class AsLoss extends JsonSerializer<ScaledLoss> {
    @Override
    public void serialize(ScaledLoss loss, JsonGenerator to, SerializerProvider provider)
        throws IOException {
      provider
          .findTypedValueSerializer(loss.lossFn.getClass(), true, null)
          .serialize(loss.lossFn, to, provider);
    }

    @Override
    public void serializeWithType(
        ScaledLoss loss, JsonGenerator to, SerializerProvider provider, TypeSerializer type)
        throws IOException {
      serialize(loss, to, provider);
    }
  }

  @Override
  public String name() {
    return lossFn.name();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ScaledLoss scaled && lossFn.equals(scaled.lossFn);
  }

  @Override
  public int hashCode() {
    return lossFn.hashCode();
  }

  @Override
  public String toString() {
    return "ScaledLoss(" + lossFn + ")";
  }
}
