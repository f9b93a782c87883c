package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.GradientLayout;
import io.github.dl4jclipping.norm.Trainables;
import io.github.dl4jclipping.scaling.MasterWeights;
import io.github.dl4jclipping.scaling.StateLayout;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** DL4J's updater of a ComputationGraph, with the clipping step in it. */
final class GraphHost extends ComputationGraphUpdater implements Host, ClippingUpdater {

  private static final long serialVersionUID = 1L;

  private final transient LayerNormalization normalization;
  private final transient ClippingStep step;
  private final transient @Nullable MasterWeights master;
  private transient boolean prepared;

  GraphHost(ComputationGraph network, @Nullable INDArray state, ClippingPlan plan, Mixed mixed) {
    super(network, mixed.master() == null ? state : mixed.master().state());
    master = mixed.master();
    Map<String, Trainable> parts = Trainables.of(network);
    normalization = new LayerNormalization(parts);
    UpdaterGuard.removeFrom(super.getUpdaterBlocks());
    step = new ClippingStep(this, plan, GradientLayout.of(parts, false), mixed);
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
    normalization.apply(gradient, update.iteration(), super::preApply);
  }

  @Override
  public void updatePrepared(Gradient gradient, Update update) {
    prepared = true;
    try {
      super.update(
          gradient, update.iteration(), update.epoch(), update.batchSize(), update.workspaces());
    } finally {
      prepared = false;
    }
  }

  /** Returns the parameters that regularization reads. */
  @Override
  protected INDArray getParams() {
    return master == null ? super.getParams() : master.parameters();
  }

  @Override
  public synchronized @Nullable INDArray getStateViewArray() {
    return master == null ? super.getStateViewArray() : master.stateInHalf();
  }

  /** Returns the same: ComputationGraph.updaterState() asks for it by this name. */
  @Override
  public synchronized @Nullable INDArray getUpdaterStateViewArray() {
    return getStateViewArray();
  }

  /** Returns blocks with what setLearningRate copies, in HALF. */
  @Override
  public synchronized List<UpdaterBlock> getUpdaterBlocks() {
    List<UpdaterBlock> blocks = super.getUpdaterBlocks();
    INDArray state = master == null ? null : master.stateInHalf();
    return state == null ? blocks : StateLayout.withState(blocks, state);
  }

  @Override
  public synchronized @Nullable INDArray getStateViewArrayCopy() {
    INDArray state = getStateViewArray();
    return state == null ? null : state.dup();
  }

  @Override
  public synchronized void setStateViewArray(@Nullable INDArray state) {
    if (master == null) {
      super.setStateViewArray(state);
    } else {
      master.takeOverState(state);
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
