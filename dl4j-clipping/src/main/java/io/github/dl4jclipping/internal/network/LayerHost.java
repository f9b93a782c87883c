package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import io.github.dl4jclipping.internal.step.ClippingStep;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Extends DL4J's updater of one layer in layerwise pretraining by the clipping step. */
final class LayerHost extends LayerUpdater implements StepUpdater {

  private static final long serialVersionUID = 1L;

  private final transient HostedNetwork hosted;

  LayerHost(Dl4jModel dl4j, Layer layer, @Nullable INDArray state, ClippingSettings settings) {
    super(layer, state);
    UpdaterGuard.removeFrom(getUpdaterBlocks());
    hosted = new HostedNetwork(dl4j, new Inherited(), settings, Precision.OWN);
  }

  @Override
  public ClippingStep step() {
    return hosted.step();
  }

  @Override
  public synchronized void update(
      Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces) {
    hosted.update(gradient, iteration, epoch, batchSize, workspaces);
  }

  /** Calls what this class inherits from DL4J. */
  private final class Inherited implements HostedNetwork.Stock {

    @Override
    public INDArray getFlattenedGradientsView() {
      return LayerHost.this.getFlattenedGradientsView();
    }

    @Override
    public boolean dividesByMinibatch() {
      return isMiniBatch();
    }

    /** Normalizes the layer directly, because this gradient names parameters without the layer. */
    @Override
    public void normalize(LayerNormalization normalization, Gradient gradient, int iteration) {
      LayerHost.super.preApply(getNetwork(), gradient, iteration);
    }

    /**
     * Passes no workspaces, because DL4J exempts only its own class from the check for an open
     * updater workspace.
     */
    @Override
    public void update(
        Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces) {
      LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
      LayerHost.super.update(gradient, iteration, epoch, batchSize, none);
    }
  }

  @Override
  protected void divideByMinibatch(boolean external, Gradient gradient, int batchSize) {
    if (!hosted.isPrepared()) {
      super.divideByMinibatch(external, gradient, batchSize);
    }
  }

  @Override
  public void preApply(Trainable layer, Gradient gradient, int iteration) {
    if (!hosted.isPrepared()) {
      super.preApply(layer, gradient, iteration);
    }
  }
}
