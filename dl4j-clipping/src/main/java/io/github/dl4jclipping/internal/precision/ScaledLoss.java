package io.github.dl4jclipping.internal.precision;

import java.io.IOException;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
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
 * Scales the gradient of a loss function once, in one pass of one network. If the network is in
 * HALF, it computes the loss in FLOAT. The score is not scaled.
 *
 * <p>It is part of a copy of the output layer's configuration, which replaces the layer's own
 * configuration only for that pass. If it is copied elsewhere, the copy works like the plain loss
 * function, holds only configuration of the network, and has the JSON of the loss function.
 */
@JsonSerialize(using = ScaledLoss.AsLoss.class)
public final class ScaledLoss implements ILossFunction {

  private static final long serialVersionUID = 1L;

  private final ILossFunction lossFn;
  private final transient @Nullable ScaledPass pass;
  private final transient @Nullable NeuralNetConfiguration original;
  private transient @Nullable NeuralNetConfiguration stoodIn;
  private transient boolean used;

  private ScaledLoss(ILossFunction lossFn, ScaledPass pass, NeuralNetConfiguration original) {
    this.lossFn = lossFn;
    this.pass = pass;
    this.original = original;
  }

  /** Installs a scaled loss in an output layer, for one pass. */
  static void putInto(Layer output, ScaledPass pass) {
    NeuralNetConfiguration original = output.conf();
    NeuralNetConfiguration copy = original.clone();
    ILossFunction plain = LossOf.get(original.getLayer()).orElseThrow();
    ScaledLoss scaled = new ScaledLoss(plain, pass, original);
    LossOf.set(copy.getLayer(), scaled);
    scaled.stoodIn = copy;
    output.setConf(copy);
  }

  /** Returns the scaled loss of an output layer, if it has one. */
  static Optional<ScaledLoss> in(Layer output) {
    return LossOf.get(output.conf().getLayer())
        .filter(ScaledLoss.class::isInstance)
        .map(ScaledLoss.class::cast);
  }

  /**
   * Removes this loss from an output layer: from the one where it was installed, or from a copy of
   * that layer.
   */
  @SuppressWarnings(
      "ReferenceEquality") // a copy of the configuration is equal, but belongs to another layer
  void takeOutOf(Layer output) {
    if (original != null && output.conf() == stoodIn) {
      output.setConf(original);
    } else {
      LossOf.set(output.conf().getLayer(), lossFn);
    }
  }

  /** Returns the loss function that is scaled. */
  public ILossFunction getLossFn() {
    return lossFn;
  }

  /** Returns the pass; null after Java serialisation. */
  @Nullable ScaledPass pass() {
    return pass;
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
    boolean first = !used;
    used = true; // set before the loss may throw, because a failed pass does not end by itself
    INDArray gradient =
        lossFn.computeGradient(wide(labels), wide(preOutput), activationFn, wide(mask));
    if (first && pass != null && pass.isRunningHere()) {
      pass.scaled();
      gradient.muli(pass.factor());
    }
    return gradient.castTo(preOutput.dataType());
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

  /**
   * Casts HALF to FLOAT, because in HALF a probability near 1 rounds to 1, which leaves no
   * difference to a label of 1, and 1e-10 rounds to 0, whose log is infinite.
   */
  private @Nullable INDArray wide(@Nullable INDArray array) {
    return pass != null
            && pass.isRunningHere()
            && array != null
            && array.dataType() == DataType.FLOAT16
        ? array.castTo(DataType.FLOAT)
        : array;
  }

  /** Writes the plain loss function as JSON. */
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
