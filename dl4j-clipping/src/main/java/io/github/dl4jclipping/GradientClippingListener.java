package io.github.dl4jclipping;

import io.github.dl4jclipping.report.Audience;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.step.Installation;
import io.github.dl4jclipping.step.Installer;
import java.io.Serializable;
import java.util.Objects;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.jspecify.annotations.Nullable;

/**
 * Clips the gradients of the network that it listens to, logs their norms, and stops NaN: one line
 * on any {@link MultiLayerNetwork} or {@link ComputationGraph}.
 *
 * <pre>{@code
 * network.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(1.0)));
 * }</pre>
 *
 * <p>Once a gradient is computed it puts the clipping step into the network's updater, in time for
 * that very gradient, and again whenever DL4J has put its own updater back. Removing the listener
 * leaves clipping on until {@link GradientClipping#detachFrom}.
 *
 * <p>Thread-safe, and may listen to several networks at once: it keeps nothing of any.
 */
public class GradientClippingListener extends BaseTrainingListener
    implements Serializable, Installer {

  private static final long serialVersionUID = 1L;

  private final @Nullable GradientClipping clipping;
  private final Audience audience = new Audience();

  /** Creates a listener that takes its settings from the network's {@link ClippedUpdater}. */
  public GradientClippingListener() {
    this.clipping = null;
  }

  /**
   * Creates a listener with settings. A network that has a {@link ClippedUpdater} as well must
   * carry equal ones.
   */
  public GradientClippingListener(GradientClipping clipping) {
    this.clipping = Objects.requireNonNull(clipping, "clipping must not be null");
  }

  /**
   * Sets how often a line is logged: at every iteration that is a multiple of the number, 100
   * unless set; 0 turns the periodic line off. Warnings are not affected.
   *
   * @return this listener
   * @throws IllegalArgumentException if {@code iterations < 0}
   */
  public GradientClippingListener logEvery(int iterations) {
    audience.logEvery(iterations);
    return this;
  }

  /**
   * Adds an observer that is told of every step. Observers are never called concurrently; one that
   * throws is logged once and dropped.
   *
   * @return this listener
   */
  public GradientClippingListener observe(ClipObserver observer) {
    audience.add(observer);
    return this;
  }

  /**
   * Makes sure that this very gradient is clipped.
   *
   * @throws IllegalStateException if there are no settings, if two sources of them differ, or if
   *     the network's updater is not DL4J's own
   */
  @Override
  public void onGradientCalculation(Model model) {
    ensure(model);
  }

  /**
   * Makes sure that this very gradient is clipped, as {@link #onGradientCalculation}: DL4J calls
   * only this one on the clone of a {@link ComputationGraph}, and in a loop that calls {@code
   * computeGradientAndScore} itself.
   */
  @Override
  public void onBackwardPass(Model model) {
    ensure(model);
  }

  private void ensure(Model model) {
    Installation.ensure(model, clipping == null ? null : clipping.plan(), audience);
  }

  @Override
  public void onEpochEnd(Model model) {
    int epoch = epochOf(model);
    audience.tell(observer -> observer.onEpochEnd(epoch));
  }

  private static int epochOf(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return network.getEpochCount();
    }
    return model instanceof ComputationGraph graph
        ? graph.getConfiguration().getEpochCount()
        : model.conf().getEpochCount();
  }

  @Override
  public String toString() {
    return "GradientClippingListener("
        + (clipping == null ? "settings of the network's ClippedUpdater" : clipping.plan())
        + ", "
        + audience
        + ")";
  }
}
