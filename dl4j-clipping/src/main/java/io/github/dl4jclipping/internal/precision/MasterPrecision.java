package io.github.dl4jclipping.internal.precision;

import io.github.dl4jclipping.internal.norm.GradientLayout;
import io.github.dl4jclipping.internal.norm.GradientViews;
import java.util.List;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Scales the loss of a network in HALF, and keeps its weights and updater state in FLOAT. */
public final class MasterPrecision extends ScaledPrecision {

  private final MasterWeights master;
  private @Nullable GradientViews wide;

  /** Prepares loss scaling and master weights for a network, without changing the network. */
  public MasterPrecision(
      Model network,
      LossScale scale,
      ScaledOutputs outputs,
      Predicate<String> isNew,
      MasterWeights master) {
    super(network, scale, outputs, isNew);
    this.master = master;
  }

  @Override
  public MasterWeights masterWeights() {
    return master;
  }

  @Override
  public GradientViews widen(GradientViews views) {
    GradientViews copy = wide(views.layout());
    copy.flat().assign(views.flat());
    return copy;
  }

  private GradientViews wide(GradientLayout layout) {
    GradientViews views = wide;
    if (views == null) {
      views = GradientViews.of(layout, master.gradient());
      wide = views;
    }
    return views;
  }

  @Override
  public void update(
      INDArray parameters, GradientViews given, GradientViews worked, Target target) {
    master.takeOver(parameters);
    target.apply(worked.flat());
    master.apply(parameters, given.flat());
  }

  @Override
  public INDArray parameters(INDArray own) {
    return master.parameters();
  }

  @Override
  public @Nullable INDArray workedState(@Nullable INDArray own) {
    return master.state();
  }

  @Override
  public @Nullable INDArray shownState(@Nullable INDArray own) {
    return master.stateInHalf();
  }

  @Override
  public List<UpdaterBlock> shownBlocks(List<UpdaterBlock> own) {
    INDArray state = master.stateInHalf();
    return state == null ? own : StateLayout.withState(own, state);
  }

  @Override
  public boolean takesState(@Nullable INDArray state) {
    master.takeOverState(state);
    return true;
  }
}
