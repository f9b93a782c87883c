package io.github.dl4jclipping;

import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.internal.json.Dl4jSchedule;
import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.network.Dl4jModels;
import io.github.dl4jclipping.internal.network.Installation;
import io.github.dl4jclipping.internal.network.SavedNetworks;
import io.github.dl4jclipping.internal.report.Audience;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import io.github.dl4jclipping.norm.NamePattern;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.GlobalNormRule;
import io.github.dl4jclipping.rule.NormSchedule;
import io.github.dl4jclipping.rule.ScheduledNormRule;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.JsonDeserializer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;
import org.nd4j.shade.jackson.databind.annotation.JsonDeserialize;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;

/**
 * Holds the settings of gradient clipping: how gradients are clipped, and what happens to a
 * non-finite gradient.
 *
 * <pre>{@code
 * network.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(1.0)));
 * }</pre>
 *
 * <p>Immutable and thread-safe; two are equal if all their settings are.
 */
@JsonSerialize(using = GradientClipping.ToJson.class)
@JsonDeserialize(using = GradientClipping.FromJson.class)
public final class GradientClipping implements Serializable {

  /** The default number of consecutive skips that {@link NonFinitePolicy#SKIP} allows. */
  public static final int DEFAULT_MAX_CONSECUTIVE_SKIPS =
      ClippingSettings.DEFAULT_MAX_CONSECUTIVE_SKIPS;

  private static final long serialVersionUID = 1L;

  /**
   * Receives the reports of networks without a listener, and logs them at a listener's default
   * interval.
   */
  private static final Audience LOG = new Audience();

  private final ClippingSettings settings;

  private GradientClipping(ClippingSettings settings) {
    this.settings = settings;
  }

  /**
   * Returns settings that clip by the L2 norm of the gradient of all layers together, as PyTorch's
   * {@code clip_grad_norm_} does, and raise on a non-finite gradient.
   *
   * @param maxNorm the bound on the norm of the mean gradient over the minibatch
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   */
  public static GradientClipping byGlobalNorm(double maxNorm) {
    return builder().maxNorm(maxNorm).build();
  }

  /**
   * Returns settings that clamp each element of the gradient to {@code [-clipValue, clipValue]}, as
   * PyTorch's {@code clip_grad_value_} does, and raise on a non-finite gradient.
   *
   * @param clipValue the bound on the elements of the mean gradient over the minibatch
   * @throws IllegalArgumentException if {@code clipValue} is not finite or not greater than 0
   */
  public static GradientClipping byValue(double clipValue) {
    return builder().rule(ClipRule.value(clipValue)).build();
  }

  /**
   * Returns settings that measure and report, and raise on a non-finite gradient, but never clip.
   */
  public static GradientClipping measureOnly() {
    return builder().build();
  }

  /** Returns a builder with the defaults: measure only, {@link NonFinitePolicy#RAISE}. */
  public static Builder builder() {
    return new Builder(ClipRule.none());
  }

  /** Returns a builder that starts from these settings. */
  public Builder toBuilder() {
    return new Builder(settings.rule())
        .nonFinite(settings.policy())
        .maxConsecutiveSkips(settings.maxConsecutiveSkips())
        .parameterNorms(settings.parameterNorms())
        .forensics(settings.forensics())
        .excluding(settings.excluded())
        .scalingBy(settings.lossScaling());
  }

  /** Builds settings. Not thread-safe. */
  public static final class Builder {

    private final ClipRule base;
    private @Nullable Double maxNorm;
    private @Nullable NormSchedule schedule;
    private @Nullable NormType normType;
    private @Nullable ClipRule rule;
    private NonFinitePolicy policy = NonFinitePolicy.RAISE;
    private int maxConsecutiveSkips = DEFAULT_MAX_CONSECUTIVE_SKIPS;
    private boolean parameterNorms;
    private boolean forensics = true;
    private List<NamePattern> excluded = List.of();
    private @Nullable LossScaling lossScaling;

    private Builder(ClipRule base) {
      this.base = base;
    }

    /**
     * Clips by the global norm. Its type is L2 unless {@link #normType} is set.
     *
     * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
     */
    public Builder maxNorm(double maxNorm) {
      this.maxNorm = Bounds.positive("maxNorm", maxNorm);
      return this;
    }

    /**
     * Clips by the global norm, to a bound that a schedule sets. The type of the norm is L2 unless
     * {@link #normType} is set. If the schedule returns a bound that is not finite or not greater
     * than 0, that step throws {@link IllegalStateException} and changes nothing.
     *
     * @param schedule one of DL4J's own schedules, or a custom one, which has no JSON form
     */
    public Builder maxNorm(ISchedule schedule) {
      this.schedule = new Dl4jSchedule(schedule);
      return this;
    }

    /**
     * Excludes parameters from clipping: they are neither measured nor scaled, and take part in no
     * norm. A non-finite value in them still makes the step non-finite. By default nothing is
     * excluded; the patterns of several calls add up. In layerwise pretraining, patterns use the
     * index of the layer.
     *
     * @param patterns patterns of names such as {@code "0_W"} or {@code "dense_W"}; {@code *}
     *     stands for any characters and {@code ?} for one. If a pattern matches no parameter of a
     *     network, or no parameter is left, the network's first step throws {@link
     *     IllegalStateException} and changes nothing
     * @throws IllegalArgumentException if a pattern is blank
     */
    public Builder exclude(String... patterns) {
      List<NamePattern> all = new ArrayList<>(excluded);
      Arrays.stream(patterns).map(NamePattern::new).forEach(all::add);
      return excluding(all);
    }

    private Builder excluding(List<NamePattern> patterns) {
      excluded = patterns;
      return this;
    }

    /**
     * Scales the loss of a network in HALF, and unscales the gradient before it is clipped; off by
     * default. The loss of layerwise pretraining is never scaled. The first step throws {@link
     * IllegalStateException} if the network has a variational autoencoder, or an output layer whose
     * gradient does not come from its loss function alone (center loss, YOLO, one-class, SameDiff).
     */
    public Builder lossScaling(LossScaling lossScaling) {
      return scalingBy(Objects.requireNonNull(lossScaling, "lossScaling must not be null"));
    }

    private Builder scalingBy(@Nullable LossScaling scaling) {
      lossScaling = scaling;
      return this;
    }

    /** Sets the type of the norm that {@link #maxNorm} bounds; {@link NormType#L2} by default. */
    public Builder normType(NormType normType) {
      this.normType = Objects.requireNonNull(normType, "normType must not be null");
      return this;
    }

    /** Clips by a rule, instead of {@link #maxNorm} and {@link #normType}. */
    public Builder rule(ClipRule rule) {
      this.rule = Objects.requireNonNull(rule, "rule must not be null");
      return this;
    }

    /** Sets what happens to a non-finite gradient; {@link NonFinitePolicy#RAISE} by default. */
    public Builder nonFinite(NonFinitePolicy policy) {
      this.policy = Objects.requireNonNull(policy, "nonFinite must not be null");
      return this;
    }

    /**
     * Sets how many consecutive steps {@link NonFinitePolicy#SKIP} may skip; the next one raises.
     * The default is {@link #DEFAULT_MAX_CONSECUTIVE_SKIPS}; 0 raises at once. A step with a finite
     * gradient resets the count.
     *
     * @throws IllegalArgumentException if {@code maxConsecutiveSkips < 0}
     */
    public Builder maxConsecutiveSkips(int maxConsecutiveSkips) {
      this.maxConsecutiveSkips = Bounds.steps("maxConsecutiveSkips", maxConsecutiveSkips);
      return this;
    }

    /**
     * Sets whether every report carries the norm of each parameter. Reports carry them anyway if
     * there is an observer or if the log is at DEBUG.
     */
    public Builder parameterNorms(boolean parameterNorms) {
      this.parameterNorms = parameterNorms;
      return this;
    }

    /**
     * Sets whether the library looks for the origin of a non-finite gradient; true by default. To
     * find it, a step may copy the network and repeat both passes. The library does so for the
     * first 10 non-finite steps of a network, then for the 16th, 32nd, 64th and so on, and for
     * every step that raises.
     */
    public Builder forensics(boolean forensics) {
      this.forensics = forensics;
      return this;
    }

    /**
     * Returns the settings. If neither {@link #maxNorm} nor {@link #rule} was set, a new builder
     * measures only.
     *
     * @throws IllegalStateException if more than one of {@link #maxNorm(double)}, {@link
     *     #maxNorm(ISchedule)} and {@link #rule} is set, or if {@link #normType} is set without a
     *     maxNorm
     */
    public GradientClipping build() {
      return new GradientClipping(
          new ClippingSettings(
              clipRule(),
              policy,
              maxConsecutiveSkips,
              parameterNorms,
              forensics,
              excluded,
              lossScaling));
    }

    private ClipRule clipRule() {
      requireOneBound();
      ClipRule wanted = rule == null ? base : rule;
      if (maxNorm != null) {
        wanted = ClipRule.globalNorm(maxNorm, typeOfBase());
      } else if (schedule != null) {
        wanted = new ScheduledNormRule(schedule, typeOfBase());
      }
      return normType == null ? wanted : of(wanted, normType);
    }

    private void requireOneBound() {
      long bounds = Stream.of(maxNorm, schedule, rule).filter(Objects::nonNull).count();
      if (bounds > 1) {
        throw new IllegalStateException(
            "maxNorm="
                + (maxNorm == null ? schedule : maxNorm)
                + " and "
                + (rule == null ? "maxNorm=" + schedule : "rule=" + rule)
                + " exclude each other. Set one of them.");
      }
    }

    private NormType typeOfBase() {
      return base instanceof GlobalNormRule || base instanceof ScheduledNormRule
          ? base.normType()
          : NormType.L2;
    }

    private ClipRule of(ClipRule wanted, NormType type) {
      if (rule == null && wanted instanceof GlobalNormRule global) {
        return new GlobalNormRule(global.maxNorm(), type);
      }
      if (rule == null && wanted instanceof ScheduledNormRule scheduled) {
        return new ScheduledNormRule(scheduled.schedule(), type);
      }
      throw new IllegalStateException(
          "normType="
              + type
              + " needs maxNorm, which is not set. Set maxNorm, or give the norm to the rule.");
    }
  }

  /**
   * Returns the settings as JSON.
   *
   * @throws IllegalStateException if the rule is a custom one, which has no JSON form
   */
  public String toJson() {
    return ClippingJson.toTree(settings).toString();
  }

  /**
   * Reads settings from JSON, and never creates any other object from it.
   *
   * @throws IllegalArgumentException if the text is not JSON, if a field is unknown or missing, or
   *     if a value is out of bounds
   */
  public static GradientClipping fromJson(String json) {
    Objects.requireNonNull(json, "json must not be null");
    return new GradientClipping(ClippingJson.read(json));
  }

  /**
   * Installs these settings in a network now. They replace settings that an earlier {@code
   * attachTo}, or a listener that was removed, has installed.
   *
   * <p>Only a training loop that uses {@code backpropGradient} or the gradient of another network
   * needs this. If a loop calls DL4J's {@code fit} or {@code computeGradientAndScore}, the listener
   * installs the clipping. In a loop without them, nothing notices when DL4J restores its own
   * updater: call this method again after {@code setLearningRate}, {@code setUpdater(null)} or
   * {@code clear()}, or configure a {@link ClippedUpdater}, which then refuses to train.
   *
   * <p>If another thread is in DL4J's {@code fit}, this method waits until {@code fit} ends. Do not
   * call it while a training loop of your own runs on another thread.
   *
   * @param network an initialised {@link MultiLayerNetwork} or {@link ComputationGraph}
   * @throws IllegalArgumentException if {@code network} is neither of the two
   * @throws IllegalStateException if the network is not initialised, has no parameters, or has an
   *     updater that is not DL4J's own, or if a {@link GradientClippingListener} or a {@link
   *     ClippedUpdater} of the network has other settings
   */
  public void attachTo(Model network) {
    Dl4jModels.ofNetwork(network);
    if (network.numParams() == 0) {
      throw new IllegalStateException(
          "The network has no parameters, so there is nothing to clip.");
    }
    Installation.ensure(network, settings, SettingsSources.ALL, LOG);
  }

  /**
   * Removes clipping from a network. This library's listeners are removed and DL4J's own updater is
   * restored with its state, also in layers that were pretrained layerwise. A network that is
   * configured with a {@link ClippedUpdater} then refuses to train until {@code
   * ClippedUpdater.removeFrom} is called. If nothing is installed, this does nothing. If another
   * thread is in DL4J's {@code fit}, this method waits until {@code fit} ends.
   *
   * @param network an initialised {@link MultiLayerNetwork} or {@link ComputationGraph}
   * @throws IllegalArgumentException if {@code network} is neither of the two
   * @throws IllegalStateException if the network is not initialised
   */
  public static void detachFrom(Model network) {
    Installation.remove(Dl4jModels.ofNetwork(network), SettingsSources.ALL);
  }

  /**
   * Returns the report of the last step of a network; empty if no step has run with clipping
   * installed.
   */
  public static Optional<ClipReport> lastReport(Model network) {
    return ClippingState.lastReport(Objects.requireNonNull(network, "network must not be null"));
  }

  /**
   * Saves what an adaptive rule has learned, the loss scale and the master weights in a network's
   * model file. The file must be one that DL4J has written. This adds the entries {@code
   * dl4j-clipping.json} and {@code dl4j-clipping-master.bin}, or replaces them. DL4J opens the file
   * as before.
   *
   * <pre>{@code
   * network.save(file);
   * GradientClipping.saveState(network, file);
   * }</pre>
   *
   * <p>What a rule has learned is saved under the rule's {@code toString}, which must therefore be
   * the same in the next JVM. In {@link ClipRule#inOrder} each rule that learns is saved
   * separately. Rules that do not learn, such as a fixed bound or a schedule, are not compared.
   *
   * <p>May be called while another thread trains the network. It waits for the end of the current
   * step, so that history, loss scale and master weights belong to the same step. A thread that
   * holds a lock which an observer waits for must not call it. What DL4J itself writes while the
   * network trains mixes several steps, so pause training for {@code network.save} too. Within a
   * step, {@link io.github.dl4jclipping.report.ClipObserver#onStep} is called after the rule has
   * learned and before the parameters change; it is better to save between steps.
   *
   * <p>A WARN says which steps the history covers if the network has taken steps that were not
   * clipped, for example because workers of Spark train copies of it, or if it is one of several
   * workers of ParallelWrapper.
   *
   * <p>The file is replaced as a whole, once all of it is on the disk: a failure, a kill or a power
   * cut leaves the old file. Permissions are kept; owner and group are kept if this process may set
   * them. A killed save leaves a file {@code .NAME-DIGITS.dl4j-clipping.tmp} beside the model,
   * which the next save of that model removes. Some file systems cannot replace a file in one move.
   * If the process is killed during the move there, the model may be missing, and the {@code .tmp}
   * file holds all of it.
   *
   * @param network an initialised {@link MultiLayerNetwork} or {@link ComputationGraph}
   * @param modelFile the file that {@code ModelSerializer} or the network's {@code save} wrote
   * @throws IllegalArgumentException if the network is neither of the two, or the file is not a
   *     model file
   * @throws IllegalStateException if the network is not initialised, if nothing has clipped it yet,
   *     or if its rule learns but what it has learned could never be restored: its {@code toString}
   *     is that of {@code Object} or names a lambda, or it has learned non-finite numbers. Nothing
   *     is written in that case
   * @throws java.io.UncheckedIOException if the file cannot be read or written, or an entry of it
   *     is damaged
   */
  public static void saveState(Model network, File modelFile) {
    SavedNetworks.save(
        Dl4jModels.ofNetwork(network),
        Objects.requireNonNull(modelFile, "modelFile must not be null"));
  }

  /**
   * Restores what {@link #saveState} added to a file. From then on, the network is clipped exactly,
   * to the bit, as the saved network would have been.
   *
   * <p>Call this before the restored network trains. Otherwise an adaptive rule starts with an
   * empty history and master weights start from the HALF weights, each with a WARN, and the loss
   * scale starts at its initial value. Copies that workers of ParallelWrapper or Spark train do not
   * receive the restored state. If no rule is installed yet, anything that depends on the rule is
   * checked at the first step.
   *
   * <pre>{@code
   * MultiLayerNetwork network = MultiLayerNetwork.load(file, true);
   * GradientClipping.restoreState(network, file);
   * network.addListeners(new GradientClippingListener(GradientClipping.builder()...));
   * }</pre>
   *
   * <p>Loss scale and master weights are restored whatever the rule is. A saved history is restored
   * into the rule that has the same {@code toString}, whatever comes before or after it in {@link
   * ClipRule#inOrder}. If the network's rule does not learn, the history is dropped with a WARN. If
   * the rule learns and the file has no history, the rule starts with an empty history and a WARN.
   * If another thread trains the network, this method waits for the end of the current step.
   *
   * @param network an initialised {@link MultiLayerNetwork} or {@link ComputationGraph}
   * @param modelFile a file that {@link #saveState} has added to
   * @throws IllegalArgumentException if the network is neither of the two, if the file is not a
   *     model file, or if its saved state is missing, damaged, from another network or from a newer
   *     version; nothing has changed
   * @throws IllegalStateException if the network is not initialised, if its rule learns but is not
   *     the saved one, or if a loss scale was saved but the settings have no loss scaling; nothing
   *     has changed. If the network is not clipped yet, its first step throws the last two instead
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static void restoreState(Model network, File modelFile) {
    SavedNetworks.restore(
        Dl4jModels.ofNetwork(network),
        Objects.requireNonNull(modelFile, "modelFile must not be null"));
  }

  /** Returns the settings in the form that the packages below use. */
  ClippingSettings settings() {
    return settings;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof GradientClipping clipping && settings.equals(clipping.settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  @Override
  public String toString() {
    return "GradientClipping(" + settings + ")";
  }

  /** Writes the strict form inside DL4J's own JSON and YAML. */
  static final class ToJson extends JsonSerializer<GradientClipping> {
    @Override
    public void serialize(GradientClipping clipping, JsonGenerator to, SerializerProvider provider)
        throws IOException {
      to.writeTree(ClippingJson.toTree(clipping.settings));
    }
  }

  /** Reads the strict form inside DL4J's own, lenient, JSON and YAML. */
  static final class FromJson extends JsonDeserializer<GradientClipping> {
    @Override
    public GradientClipping deserialize(JsonParser from, DeserializationContext context)
        throws IOException {
      return new GradientClipping(ClippingJson.fromTree(from.readValueAs(JsonNode.class)));
    }
  }
}
