package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.GradientLayout;
import io.github.dl4jclipping.norm.Trainables;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** DL4J's updater of one layer in layerwise pretraining, with the clipping step in it. */
final class LayerHost extends LayerUpdater implements Host, ClippingUpdater {

  private static final long serialVersionUID = 1L;

  private final transient LayerNormalization normalization;
  private final transient ClippingStep step;
  private transient boolean prepared;

  LayerHost(Layer network, @Nullable INDArray state, ClippingPlan plan) {
    super(network, state);
    Map<String, Trainable> parts = Trainables.of(network);
    normalization = new LayerNormalization(parts);
    UpdaterGuard.removeFrom(getUpdaterBlocks());
    step = new ClippingStep(this, plan, GradientLayout.of(parts, true), Mixed.NONE);
  }

  @Override
  public ClippingStep step() {
    return step;
  }

  @Override
  public synchronized void update(
      Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaces) {
    step.run(gradient, new Update(iteration, epoch, batchSize, workspaces));
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
  public int divisor(Update update) {
    return isMiniBatch() ? update.batchSize() : 1;
  }

  @Override
  public void normalize(Gradient gradient, Update update) {
    super.preApply(getNetwork(), gradient, update.iteration());
  }

  @Override
  public void updatePrepared(Gradient gradient, Update update) {
    prepared = true;
    try {
      // DL4J's check that no updater workspace is open passes over its own class alone.
      super.update(
          gradient,
          update.iteration(),
          update.epoch(),
          update.batchSize(),
          LayerWorkspaceMgr.noWorkspaces());
    } finally {
      prepared = false;
    }
  }

  @Override
  protected void divideByMinibatch(boolean external, Gradient gradient, int batchSize) {
    if (!prepared) {
      super.divideByMinibatch(external, gradient, batchSize);
    }
  }

  @Override
  public void preApply(Trainable layer, Gradient gradient, int iteration) {
    if (!prepared) {
      super.preApply(layer, gradient, iteration);
    }
  }
}
