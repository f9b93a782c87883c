package io.github.dl4jclipping;

import io.github.dl4jclipping.internal.network.ConfiguredUpdaters;
import io.github.dl4jclipping.internal.network.UpdaterGuard;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Wraps an updater and carries the settings of clipping with it in a network's configuration. The
 * settings are stored in the configuration's JSON and YAML, and saved and restored with the model.
 *
 * <pre>{@code
 * new NeuralNetConfiguration.Builder()
 *     .updater(new ClippedUpdater(new Adam(1e-3), GradientClipping.byGlobalNorm(1.0)))
 *     ...
 * network.addListeners(new GradientClippingListener());
 * }</pre>
 *
 * <p>One is enough for a network: every parameter that has an updater is then clipped. If there are
 * several, they must carry equal settings. A network that has one refuses to train until clipping
 * is installed: it throws {@link IllegalStateException} rather than train unclipped.
 *
 * <p>Like DL4J's own updaters, it is mutable only through {@link #setLrAndSchedule}.
 */
public final class ClippedUpdater extends CarryingUpdater {

  private static final long serialVersionUID = 1L;

  // The names of this class and of these two fields are a file format.
  private final IUpdater updater;
  private final GradientClipping clipping;

  /**
   * Whether the guards made so far are active; false once this updater is removed from its
   * configuration.
   */
  private transient AtomicBoolean configured = new AtomicBoolean(true);

  /**
   * Wraps an updater.
   *
   * @param updater the updater that trains, such as {@code new Adam(1e-3)}
   * @param clipping how its gradients are clipped
   * @throws IllegalArgumentException if {@code updater} is itself a {@code ClippedUpdater}
   * @throws IllegalStateException if {@code clipping} has a custom rule, which cannot be stored
   */
  public ClippedUpdater(
      @JsonProperty(value = "updater", required = true) IUpdater updater,
      @JsonProperty(value = "clipping", required = true) GradientClipping clipping) {
    this.updater = Objects.requireNonNull(updater, "updater must not be null");
    this.clipping = Objects.requireNonNull(clipping, "clipping must not be null");
    if (updater instanceof ClippedUpdater) {
      throw new IllegalArgumentException(
          "updater must not itself be a ClippedUpdater, but was " + updater);
    }
    ClippingJson.requireForm(clipping.settings());
  }

  /**
   * Replaces every {@code ClippedUpdater} in a configuration by the updater that it wraps. If you
   * save the model again, the file opens without this library, and a network with this
   * configuration trains without clipping. If clipping is installed, it stays on until {@link
   * GradientClipping#detachFrom}.
   *
   * <p>If only some layers had one, DL4J may lay out updater state differently afterwards. In that
   * case, save without updater state.
   *
   * @param configuration changed in place
   */
  public static void removeFrom(MultiLayerConfiguration configuration) {
    Objects.requireNonNull(configuration, "configuration must not be null");
    ConfiguredUpdaters.replace(configuration, ClippedUpdater::unwrap);
  }

  /**
   * Replaces every {@code ClippedUpdater} in a configuration by the updater that it wraps, as
   * {@link #removeFrom(MultiLayerConfiguration)} does.
   *
   * @param configuration changed in place
   */
  public static void removeFrom(ComputationGraphConfiguration configuration) {
    Objects.requireNonNull(configuration, "configuration must not be null");
    ConfiguredUpdaters.replace(configuration, ClippedUpdater::unwrap);
  }

  private static IUpdater unwrap(IUpdater updater) {
    if (updater instanceof ClippedUpdater clipped) {
      clipped.configured.set(false);
      clipped.configured = new AtomicBoolean(true);
      return clipped.updater;
    }
    return updater;
  }

  /** Returns the updater that trains. */
  public IUpdater updater() {
    return updater;
  }

  /** Returns the settings. */
  public GradientClipping clipping() {
    return clipping;
  }

  @Override
  ClippingSettings settings() {
    return clipping.settings();
  }

  @Override
  public long stateSize(long numParams) {
    return updater.stateSize(numParams);
  }

  /** Returns the wrapped updater behind a guard that refuses to run unclipped. */
  @Override
  public GradientUpdater<?> instantiate(INDArray viewArray, boolean initializeViewArray) {
    return guarded(updater.instantiate(viewArray, initializeViewArray));
  }

  /** Returns the wrapped updater behind a guard that refuses to run unclipped. */
  @Override
  public GradientUpdater<?> instantiate(
      Map<String, INDArray> updaterState, boolean initializeStateArrays) {
    return guarded(updater.instantiate(updaterState, initializeStateArrays));
  }

  private UpdaterGuard guarded(GradientUpdater<?> made) {
    return new UpdaterGuard(made, configured::get);
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return updater.getLearningRate(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return updater.hasLearningRate();
  }

  @Override
  public void setLrAndSchedule(double lr, @Nullable ISchedule lrSchedule) {
    updater.setLrAndSchedule(lr, lrSchedule);
  }

  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod") // as every updater of DL4J does
  public IUpdater clone() {
    return new ClippedUpdater(updater.clone(), clipping);
  }

  private Object readResolve() {
    return new ClippedUpdater(updater, clipping);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ClippedUpdater clipped
        && updater.equals(clipped.updater)
        && clipping.equals(clipped.clipping);
  }

  @Override
  public int hashCode() {
    return Objects.hash(updater, clipping);
  }

  @Override
  public String toString() {
    return "ClippedUpdater(" + updater + ", " + clipping + ")";
  }
}
