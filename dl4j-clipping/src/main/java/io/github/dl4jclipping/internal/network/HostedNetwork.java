package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.internal.forensics.OriginFinder;
import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.memory.Progress;
import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.precision.ScaledStep;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import io.github.dl4jclipping.internal.step.ClippingStep;
import io.github.dl4jclipping.internal.step.Network;
import io.github.dl4jclipping.report.ClipObserver;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Connects one of DL4J's models to the step, and the step to DL4J's own update. All hosts share it.
 */
final class HostedNetwork implements Network {

  /** Gives access to what a host inherits from DL4J's updater. */
  interface Stock {

    /** Returns the flat gradient. */
    INDArray getFlattenedGradientsView();

    /** Returns whether the updater divides by the minibatch size. */
    boolean dividesByMinibatch();

    /** Normalizes layers. */
    void normalize(LayerNormalization normalization, Gradient gradient, int iteration);

    /** Runs the whole update. */
    void update(
        Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces);
  }

  private final Dl4jModel dl4j;
  private final Model model;
  private final Map<String, Trainable> parts;
  private final LayerNormalization normalization;
  private final Stock stock;
  private final ClippingStep step;
  private boolean prepared;

  HostedNetwork(Dl4jModel dl4j, Stock stock, ClippingSettings settings, Precision precision) {
    this.dl4j = dl4j;
    this.model = dl4j.model();
    this.parts = dl4j.parts();
    this.normalization = new LayerNormalization(parts);
    this.stock = stock;
    this.step = new ClippingStep(this, settings, NetworkLayout.of(dl4j), precision);
  }

  ClippingStep step() {
    return step;
  }

  /** Runs the step in place of DL4J's update. */
  void update(
      Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces) {
    step.run(new Update(gradient, iteration, epoch, batchSize, workspaces));
  }

  /**
   * Returns whether the gradient is already divided and normalized, so that DL4J must not repeat
   * it.
   */
  boolean isPrepared() {
    return prepared;
  }

  /** Describes one update that DL4J requests. */
  private final class Update implements io.github.dl4jclipping.internal.step.Update {

    private final Gradient gradient;
    private final int iteration;
    private final int epoch;
    private final int batchSize;
    private final LayerWorkspaceMgr workspaces;

    private Update(
        Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces) {
      this.gradient = gradient;
      this.iteration = iteration;
      this.epoch = epoch;
      this.batchSize = batchSize;
      this.workspaces = workspaces;
    }

    @Override
    public int iteration() {
      return iteration;
    }

    @Override
    public int epoch() {
      return epoch;
    }

    @Override
    public int divisor() {
      return stock.dividesByMinibatch() ? batchSize : 1;
    }

    @Override
    public INDArray gradient() {
      return gradient.gradient();
    }

    @Override
    public Object passedIn() {
      return gradient;
    }

    @Override
    public void normalize() {
      stock.normalize(normalization, gradient, iteration);
    }

    @Override
    public void apply() {
      apply(gradient);
    }

    @Override
    public void apply(INDArray other) {
      apply(new DefaultGradient(other));
    }

    private void apply(Gradient applied) {
      prepared = true;
      try {
        stock.update(applied, iteration, epoch, batchSize, workspaces);
      } finally {
        prepared = false;
      }
    }
  }

  @Override
  public ClippingState state() {
    return ClippingState.of(model);
  }

  @Override
  public Progress progress() {
    return dl4j.progress();
  }

  @Override
  public INDArray gradient() {
    return stock.getFlattenedGradientsView();
  }

  @Override
  public INDArray parameters() {
    return model.params();
  }

  @Override
  public double score() {
    return model.score();
  }

  @Override
  public boolean normalizesLayers() {
    return normalization.isPresent();
  }

  @Override
  public boolean normalizationMissesExternalGradients() {
    return normalization.missesExternalGradients();
  }

  @Override
  public void forgetSequence() {
    dl4j.forgetSequence();
  }

  @Override
  public boolean isForwardBroken() {
    return Double.isNaN(model.score())
        || GradientNorms.nonFinite(model.params()).total() > 0
        || OriginFinder.isBatchBroken(model);
  }

  @Override
  public Origin findOrigin(
      List<NonFiniteParameter> broken, boolean external, @Nullable ScaledStep scaling) {
    return OriginFinder.find(model, parts, broken, external, scaling);
  }

  @Override
  public void tell(ClipObserver observer, NonFiniteReport report, boolean external) {
    observer.onNonFinite(report, model, external, file -> SavedNetworks.saveWithin(dl4j, file));
  }
}
