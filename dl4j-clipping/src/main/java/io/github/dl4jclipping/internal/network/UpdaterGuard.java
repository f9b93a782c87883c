package io.github.dl4jclipping.internal.network;

import java.util.Map;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Refuses to train unclipped: stands in for an updater until a host takes it out.
 *
 * <p>DL4J builds its own updater from the configuration wherever it likes to. Where that updater
 * runs without this library's step, the first block ends here.
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

  /** Takes the guards out of the blocks of an updater that clips. */
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
        "This network is configured with a ClippedUpdater, but nothing clips its gradients: refusing"
            + " to train it unclipped. Add network.addListeners(new GradientClippingListener()),"
            + " or give the listener to what trains the network (ParallelWrapper, Spark); in a"
            + " training loop of your own call clipping.attachTo(network); to train without"
            + " clipping call ClippedUpdater.removeFrom(configuration). Parameters are unchanged.");
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
