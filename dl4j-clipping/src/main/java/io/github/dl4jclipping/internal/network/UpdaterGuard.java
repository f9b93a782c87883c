package io.github.dl4jclipping.internal.network;

import java.util.Map;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Refuses to train unclipped: replaces an updater until a host removes the guard.
 *
 * <p>DL4J creates its own updater from the configuration in many places. If such an updater runs
 * without this library's step, the guard in its first block throws.
 */
public final class UpdaterGuard implements GradientUpdater<IUpdater> {

  private final GradientUpdater<?> guarded;
  private final BooleanSupplier needed;

  /**
   * Guards an updater.
   *
   * @param needed whether the network's configuration still asks for clipping
   */
  public UpdaterGuard(GradientUpdater<?> guarded, BooleanSupplier needed) {
    this.guarded = guarded;
    this.needed = needed;
  }

  /** Removes the guards from the blocks of an updater that clips. */
  static void removeFrom(Iterable<UpdaterBlock> blocks) {
    for (UpdaterBlock block : blocks) {
      if (block.getGradientUpdater() instanceof UpdaterGuard guard) {
        block.setGradientUpdater(guard.guarded);
      }
    }
  }

  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    if (!needed.getAsBoolean()) {
      guarded.applyUpdater(gradient, iteration, epoch);
      return;
    }
    throw new IllegalStateException(
        "This network is configured with a ClippedUpdater, but nothing clips its gradients, so it"
            + " refuses to train. The parameters are unchanged. Call network.addListeners(new"
            + " GradientClippingListener()), or give the listener to ParallelWrapper or Spark if"
            + " they train the network. In a training loop of your own, call"
            + " clipping.attachTo(network). To train without clipping, call"
            + " ClippedUpdater.removeFrom(configuration).");
  }

  @Override
  public IUpdater getConfig() {
    return guarded.getConfig();
  }

  @Override
  public void setState(Map<String, INDArray> state, boolean initialize) {
    guarded.setState(state, initialize);
  }

  @Override
  public Map<String, INDArray> getState() {
    return guarded.getState();
  }

  @Override
  public void setStateViewArray(
      INDArray view, long[] gradientShape, char gradientOrder, boolean initialize) {
    guarded.setStateViewArray(view, gradientShape, gradientOrder, initialize);
  }
}
