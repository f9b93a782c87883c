package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import io.github.dl4jclipping.internal.step.ClippingStep;
import java.util.List;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Extends DL4J's updater of a MultiLayerNetwork by the clipping step. */
final class MultiLayerHost extends MultiLayerUpdater implements StepUpdater {

  private static final long serialVersionUID = 1L;

  private final transient Precision precision;
  private final transient HostedNetwork hosted;

  MultiLayerHost(
      Dl4jModel dl4j,
      MultiLayerNetwork network,
      @Nullable INDArray state,
      ClippingSettings settings,
      Precision precision) {
    super(network, precision.workedState(state));
    this.precision = precision;
    UpdaterGuard.removeFrom(super.getUpdaterBlocks());
    hosted = new HostedNetwork(dl4j, new Inherited(), settings, precision);
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
      return MultiLayerHost.this.getFlattenedGradientsView();
    }

    @Override
    public boolean dividesByMinibatch() {
      return isMiniBatch();
    }

    @Override
    public void normalize(LayerNormalization normalization, Gradient gradient, int iteration) {
      normalization.apply(gradient, iteration, MultiLayerHost.super::preApply);
    }

    @Override
    public void update(
        Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces) {
      MultiLayerHost.super.update(gradient, iteration, epoch, batchSize, workspaces);
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

  /**
   * Returns the parameters that regularization reads; the network's own during DL4J's constructor.
   */
  @Override
  protected INDArray getParams() {
    return precision == null ? super.getParams() : precision.parameters(super.getParams());
  }

  @Override
  public synchronized @Nullable INDArray getStateViewArray() {
    return precision.shownState(super.getStateViewArray());
  }

  /** Returns the same array under the name that ComputationGraph.updaterState() calls. */
  @Override
  public synchronized @Nullable INDArray getUpdaterStateViewArray() {
    return getStateViewArray();
  }

  @Override
  public synchronized @Nullable INDArray getStateViewArrayCopy() {
    INDArray state = getStateViewArray();
    return state == null ? null : state.dup();
  }

  /** Returns blocks with the state that setLearningRate copies. */
  @Override
  public synchronized List<UpdaterBlock> getUpdaterBlocks() {
    return precision.shownBlocks(super.getUpdaterBlocks());
  }

  @Override
  public synchronized void setStateViewArray(@Nullable INDArray state) {
    if (!precision.takesState(state)) {
      super.setStateViewArray(state);
    }
  }
}
