package io.github.dl4jclipping;

import io.github.dl4jclipping.internal.network.Dl4jModels;
import io.github.dl4jclipping.internal.network.Installation;
import io.github.dl4jclipping.internal.network.TrainingPass;
import io.github.dl4jclipping.internal.report.Audience;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.file.IncidentCapture;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Clips the gradients of the network that it listens to, logs their norms, and stops NaN. It takes
 * one line on any {@link MultiLayerNetwork} or {@link ComputationGraph}.
 *
 * <pre>{@code
 * network.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(1.0)));
 * }</pre>
 *
 * <p>When a gradient is computed, the listener installs the clipping step in the network's updater,
 * in time to clip that same gradient. It installs the step again whenever DL4J has restored its own
 * updater. If you remove the listener, clipping stays on until {@link GradientClipping#detachFrom}.
 *
 * <p>Thread-safe. One listener may listen to several networks at once, because it keeps no state of
 * any network.
 */
public class GradientClippingListener extends ClippingListener implements Serializable {

  private static final long serialVersionUID = 1L;

  private final @Nullable GradientClipping clipping;
  private final Audience audience = new Audience();

  /** Creates a listener that takes its settings from the network's {@link ClippedUpdater}. */
  public GradientClippingListener() {
    this.clipping = null;
  }

  /**
   * Creates a listener with settings. If the network also has a {@link ClippedUpdater}, its
   * settings must be equal.
   */
  public GradientClippingListener(GradientClipping clipping) {
    this.clipping = Objects.requireNonNull(clipping, "clipping must not be null");
  }

  /**
   * Sets how often a line is logged: at every iteration that is a multiple of {@code iterations}.
   * The default is 100; 0 turns the periodic line off. Warnings are not affected.
   *
   * @return this listener
   * @throws IllegalArgumentException if {@code iterations < 0}
   */
  public GradientClippingListener logEvery(int iterations) {
    audience.logEvery(iterations);
    return this;
  }

  /**
   * Sets when a WARN reports vanishing gradients: when the norm before clipping was at most {@code
   * norm} for {@code steps} consecutive steps. The defaults are 1e-8 and 100. Each network has one
   * WARN per streak; only streaks 1, 2, 4, 8 and so on are logged. If several listeners are on a
   * network, the setting of the first one holds.
   *
   * @param norm the largest norm that counts as vanishing; 0 means that every element is 0
   * @param steps the number of consecutive steps; 0 turns the warning off
   * @return this listener
   * @throws IllegalArgumentException if {@code norm} is not finite, or if either argument is less
   *     than 0
   */
  public GradientClippingListener warnWhenVanishing(double norm, int steps) {
    audience.warnWhenVanishing(norm, steps);
    return this;
  }

  /**
   * Sets when a WARN reports that the bound on the norm clips almost every step and so acts as a
   * learning rate. It is logged at the end of the first window of {@code steps} steps in which more
   * than the given share was clipped. The defaults are 0.95 and 1000. It is logged once per
   * network, with the percentiles of the norms in the window. If several listeners are on a
   * network, the setting of the first one holds.
   *
   * @param share the share of clipped steps, from 0 to below 1, that must be exceeded
   * @param steps the number of steps in a window; 0 turns the warning off
   * @return this listener
   * @throws IllegalArgumentException if {@code share} is not at least 0 and less than 1, or if
   *     {@code steps} is not from 0 to 1000000
   */
  public GradientClippingListener warnWhenAlmostAlwaysClipping(double share, int steps) {
    audience.warnWhenAlmostAlwaysClipping(share, steps);
    return this;
  }

  /**
   * Adds an observer, which receives a report of every step. An observer is never called
   * concurrently. If it throws, the exception is logged once and the observer is dropped.
   *
   * @return this listener
   */
  public GradientClippingListener observe(ClipObserver observer) {
    audience.add(observer);
    return this;
  }

  /**
   * Saves report, batch and network of the first {@value IncidentCapture#DEFAULT_INCIDENTS} steps
   * with a non-finite gradient, so that you can replay them.
   *
   * @param folder the directory, created now if it is missing; existing files in it are kept
   * @return this listener
   * @throws IllegalArgumentException if {@code folder} is a file
   * @throws java.io.UncheckedIOException if it cannot be created or written to
   * @see IncidentCapture
   */
  public GradientClippingListener captureTo(Path folder) {
    return captureTo(folder, IncidentCapture.DEFAULT_INCIDENTS);
  }

  /**
   * Saves report, batch and network of the first steps with a non-finite gradient, so that you can
   * replay them.
   *
   * @param folder the directory, created now if it is missing; existing files in it are kept
   * @param incidents the largest number of steps to save; each takes as much space as the network
   *     with its updater's state
   * @return this listener
   * @throws IllegalArgumentException if {@code incidents < 1} or {@code folder} is a file
   * @throws java.io.UncheckedIOException if it cannot be created or written to
   * @see IncidentCapture
   */
  public GradientClippingListener captureTo(Path folder, int incidents) {
    return observe(IncidentCapture.to(folder, incidents));
  }

  /**
   * Installs the clipping step if it is missing, so that this gradient is clipped.
   *
   * @throws IllegalStateException if there are no settings, if two listeners, or a listener and a
   *     {@link ClippedUpdater}, have different settings, or if the network's updater is not DL4J's
   *     own
   */
  @Override
  public void onGradientCalculation(Model model) {
    ensure(model);
    TrainingPass.expectStep(model);
  }

  /** Scales the loss of this pass if the settings have loss scaling. */
  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    ensure(model);
    TrainingPass.begin(model);
  }

  /** Scales the loss of this pass if the settings have loss scaling. */
  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    ensure(model);
    TrainingPass.begin(model);
  }

  /**
   * Installs the clipping step if it is missing, as {@link #onGradientCalculation} does. DL4J calls
   * only this method on the clone of a {@link ComputationGraph}, and in a loop that calls {@code
   * computeGradientAndScore} itself.
   */
  @Override
  public void onBackwardPass(Model model) {
    ensure(model);
    TrainingPass.end(model);
  }

  /**
   * Checks that the clipping step has run.
   *
   * @throws IllegalStateException if the gradient was applied unclipped: because something replaced
   *     the network's updater after {@link #onGradientCalculation}, or because this listener is
   *     inside another listener that forwards only {@code iterationDone}
   */
  @Override
  public void iterationDone(Model model, int iteration, int epoch) {
    TrainingPass.requireStep(model, iteration, epoch);
  }

  private void ensure(Model model) {
    Installation.ensure(model, settings(), SettingsSources.ALL, audience);
  }

  @Override
  @Nullable ClippingSettings settings() {
    return clipping == null ? null : clipping.settings();
  }

  @Override
  public void onEpochEnd(Model model) {
    int epoch = Dl4jModels.of(model).epochs();
    audience.tell(observer -> observer.onEpochEnd(epoch));
  }

  @Override
  public String toString() {
    return "GradientClippingListener("
        + (clipping == null ? "settings of the network's ClippedUpdater" : clipping.settings())
        + ", "
        + audience
        + ")";
  }
}
