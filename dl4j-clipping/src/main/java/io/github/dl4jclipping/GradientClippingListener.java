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
public class GradientClippingListener extends ClippingListener implements Serializable {

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
   * Sets when a WARN says that gradients vanish: when the norm before clipping was at most a number
   * for so many steps in a row, 1e-8 and 100 unless set. It is said once for each such row of each
   * network, and of rows 1, 2, 4, 8 and so on only. Where several listeners are on a network, the
   * first one's setting holds.
   *
   * @param norm the largest norm that counts as vanishing; 0 is a gradient that is all zero
   * @param steps how many in a row; 0 turns the warning off
   * @return this listener
   * @throws IllegalArgumentException if {@code norm} is not finite or either is less than 0
   */
  public GradientClippingListener warnWhenVanishing(double norm, int steps) {
    audience.warnWhenVanishing(norm, steps);
    return this;
  }

  /**
   * Sets when a WARN says that the bound on the norm clips almost always, so that it acts as a
   * learning rate: at the end of the first window of steps of which more than a share were clipped,
   * 0.95 of 1000 unless set. It is said once for each network, with the window's percentiles. Where
   * several listeners are on a network, the first one's setting holds.
   *
   * @param share the share of the window's steps that must be exceeded
   * @param steps the steps of a window; 0 turns the warning off
   * @return this listener
   * @throws IllegalArgumentException if {@code share} is not at least 0 and less than 1, or {@code
   *     steps} not from 0 to 1000000
   */
  public GradientClippingListener warnWhenAlmostAlwaysClipping(double share, int steps) {
    audience.warnWhenAlmostAlwaysClipping(share, steps);
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
   * Keeps the evidence of the first {@value IncidentCapture#DEFAULT_INCIDENTS} steps whose gradient
   * is not finite: report, batch and network, so that they can be replayed.
   *
   * @param folder created now if it is missing; what is in it stays
   * @return this listener
   * @throws IllegalArgumentException if {@code folder} is a file
   * @throws java.io.UncheckedIOException if it cannot be created or written to
   * @see IncidentCapture
   */
  public GradientClippingListener captureTo(Path folder) {
    return captureTo(folder, IncidentCapture.DEFAULT_INCIDENTS);
  }

  /**
   * Keeps the evidence of the first steps whose gradient is not finite.
   *
   * @param folder created now if it is missing; what is in it stays
   * @param incidents how many at most; each is as large as the network with its updater's state
   * @return this listener
   * @throws IllegalArgumentException if {@code incidents < 1} or {@code folder} is a file
   * @throws java.io.UncheckedIOException if it cannot be created or written to
   * @see IncidentCapture
   */
  public GradientClippingListener captureTo(Path folder, int incidents) {
    return observe(IncidentCapture.to(folder, incidents));
  }

  /**
   * Makes sure that this very gradient is clipped.
   *
   * @throws IllegalStateException if there are no settings, if two listeners or a listener and a
   *     {@link ClippedUpdater} differ in them, or if the network's updater is not DL4J's own
   */
  @Override
  public void onGradientCalculation(Model model) {
    ensure(model);
    TrainingPass.expectStep(model);
  }

  /** Scales the loss of this very pass, where the settings say so. */
  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    ensure(model);
    TrainingPass.begin(model);
  }

  /** Scales the loss of this very pass, where the settings say so. */
  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    ensure(model);
    TrainingPass.begin(model);
  }

  /**
   * Makes sure that this very gradient is clipped, as {@link #onGradientCalculation}: DL4J calls
   * only this one on the clone of a {@link ComputationGraph}, and in a loop that calls {@code
   * computeGradientAndScore} itself.
   */
  @Override
  public void onBackwardPass(Model model) {
    ensure(model);
    TrainingPass.end(model);
  }

  /**
   * Checks that the step that clips has run.
   *
   * @throws IllegalStateException if the gradient was applied unclipped, since something put
   *     another updater into the network after {@link #onGradientCalculation}, or since this
   *     listener stands inside another one that hands on iterations alone
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
