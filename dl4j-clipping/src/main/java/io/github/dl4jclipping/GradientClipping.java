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
 * Holds the settings of gradient clipping: how gradients are clipped, and what happens to one that
 * is not finite.
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

  /** How many skips in a row {@link NonFinitePolicy#SKIP} allows unless said otherwise. */
  public static final int DEFAULT_MAX_CONSECUTIVE_SKIPS =
      ClippingSettings.DEFAULT_MAX_CONSECUTIVE_SKIPS;

  private static final long serialVersionUID = 1L;

  /** Hears of networks without a listener: logs every so many iterations, as a listener does. */
  private static final Audience LOG = new Audience();

  private final ClippingSettings settings;

  private GradientClipping(ClippingSettings settings) {
    this.settings = settings;
  }

  /**
   * Clips by the L2 norm of the gradient of all layers together, as PyTorch's {@code
   * clip_grad_norm_} does; raises on a non-finite gradient.
   *
   * @param maxNorm the bound on the norm of the mean gradient over the minibatch
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   */
  public static GradientClipping byGlobalNorm(double maxNorm) {
    return builder().maxNorm(maxNorm).build();
  }

  /**
   * Brings each element of the gradient into {@code [-clipValue, clipValue]}, as PyTorch's {@code
   * clip_grad_value_} does; raises on a non-finite gradient.
   *
   * @param clipValue the bound on the elements of the mean gradient over the minibatch
   * @throws IllegalArgumentException if {@code clipValue} is not finite or not greater than 0
   */
  public static GradientClipping byValue(double clipValue) {
    return builder().rule(ClipRule.value(clipValue)).build();
  }

  /** Measures and reports, and raises on a non-finite gradient, but never clips. */
  public static GradientClipping measureOnly() {
    return builder().build();
  }

  /** Starts from the defaults: measure only, {@link NonFinitePolicy#RAISE}. */
  public static Builder builder() {
    return new Builder(ClipRule.none());
  }

  /** Starts from these settings. */
  public Builder toBuilder() {
    return new Builder(settings.rule())
        .nonFinite(settings.policy())
        .maxConsecutiveSkips(settings.maxConsecutiveSkips())
        .parameterNorms(settings.parameterNorms())
        .forensics(settings.forensics())
        .excluding(settings.excluded())
        .scalingBy(settings.lossScaling());
  }

  /** Collects settings. Not thread-safe. */
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
     * Clips by the global norm, of type L2 unless {@link #normType} says otherwise.
     *
     * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
     */
    public Builder maxNorm(double maxNorm) {
      this.maxNorm = Bounds.positive("maxNorm", maxNorm);
      return this;
    }

    /**
     * Clips by the global norm, of type L2 unless {@link #normType} says otherwise, to a bound that
     * a schedule sets. Where it yields one that is not finite or not greater than 0, that step
     * throws {@link IllegalStateException} and changes nothing.
     *
     * @param schedule DL4J's own, or one's own, which has no JSON form
     */
    public Builder maxNorm(ISchedule schedule) {
      this.schedule = new Dl4jSchedule(schedule);
      return this;
    }

    /**
     * Keeps parameters out of clipping: they are neither measured nor scaled, and take part in no
     * norm. A non-finite one still makes the step non-finite. None unless set; the patterns of
     * several calls add up. In layerwise pretraining a layer goes by its index.
     *
     * @param patterns of names such as {@code "0_W"} or {@code "dense_W"}, where {@code *} stands
     *     for any characters and {@code ?} for one. Where one matches no parameter of a network, or
     *     nothing is left, the network's first step throws {@link IllegalStateException} and
     *     changes nothing
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
     * Scales the loss of a network in HALF, and the gradient back before it is clipped; off unless
     * set. Layerwise pretraining is never scaled. A network with an output layer whose gradient is
     * not of its loss function alone (center loss, YOLO, one-class, SameDiff) or with a variational
     * autoencoder is refused at its first step by {@link IllegalStateException}.
     */
    public Builder lossScaling(LossScaling lossScaling) {
      return scalingBy(Objects.requireNonNull(lossScaling, "lossScaling must not be null"));
    }

    private Builder scalingBy(@Nullable LossScaling scaling) {
      lossScaling = scaling;
      return this;
    }

    /** Sets the norm that {@link #maxNorm} bounds; {@link NormType#L2} unless set. */
    public Builder normType(NormType normType) {
      this.normType = Objects.requireNonNull(normType, "normType must not be null");
      return this;
    }

    /** Clips by a rule, instead of {@link #maxNorm} and {@link #normType}. */
    public Builder rule(ClipRule rule) {
      this.rule = Objects.requireNonNull(rule, "rule must not be null");
      return this;
    }

    /**
     * Sets what happens to a gradient that is not finite; {@link NonFinitePolicy#RAISE} unless set.
     */
    public Builder nonFinite(NonFinitePolicy policy) {
      this.policy = Objects.requireNonNull(policy, "nonFinite must not be null");
      return this;
    }

    /**
     * Sets how many steps in a row {@link NonFinitePolicy#SKIP} may skip; the next one raises.
     * {@link #DEFAULT_MAX_CONSECUTIVE_SKIPS} unless set; 0 raises at once. A good step starts the
     * count anew.
     *
     * @throws IllegalArgumentException if {@code maxConsecutiveSkips < 0}
     */
    public Builder maxConsecutiveSkips(int maxConsecutiveSkips) {
      this.maxConsecutiveSkips = Bounds.steps("maxConsecutiveSkips", maxConsecutiveSkips);
      return this;
    }

    /**
     * Sets whether every report carries the norm of each parameter; they do if anybody observes.
     */
    public Builder parameterNorms(boolean parameterNorms) {
      this.parameterNorms = parameterNorms;
      return this;
    }

    /**
     * Sets whether it is found out where a non-finite gradient came from; true unless set. For
     * that, such a step may copy the network and repeat both passes: the first 10 of a network,
     * then the 16th, 32nd, 64th and so on, and every one that raises.
     */
    public Builder forensics(boolean forensics) {
      this.forensics = forensics;
      return this;
    }

    /**
     * Returns the settings; without {@link #maxNorm} and {@link #rule} they measure only.
     *
     * @throws IllegalStateException if more than one of {@link #maxNorm(double)}, {@link
     *     #maxNorm(ISchedule)} and {@link #rule} are set, or {@link #normType} without either
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
                + " exclude each other: set one of them");
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
      throw new IllegalStateException("normType=" + type + " goes with maxNorm, which is not set");
    }
  }

  /**
   * Returns the settings as JSON.
   *
   * @throws IllegalStateException if the rule is one of the user's own, which has no JSON form
   */
  public String toJson() {
    return ClippingJson.toTree(settings).toString();
  }

  /**
   * Reads settings from JSON. Nothing but settings is ever created from it.
   *
   * @throws IllegalArgumentException if it is not JSON, if a field is unknown or missing, or if a
   *     value is out of bounds
   */
  public static GradientClipping fromJson(String json) {
    Objects.requireNonNull(json, "json must not be null");
    return new GradientClipping(ClippingJson.read(json));
  }

  /**
   * Installs these settings in a network now, in the place of others that {@code attachTo} or a
   * listener that is gone has installed. Only a training loop that uses {@code backpropGradient} or
   * the gradient of another network needs this: where DL4J's {@code fit} or {@code
   * computeGradientAndScore} is called, the listener does it. In such a loop nobody notices when
   * DL4J puts its own updater back: call this again after {@code setLearningRate}, {@code
   * setUpdater(null)} or {@code clear()}, or configure a {@link ClippedUpdater}, which then refuses
   * to train. While another thread is in DL4J's {@code fit}, this waits for its end; beside a loop
   * of one's own on another thread it must not be called.
   *
   * @param network a {@link MultiLayerNetwork} or a {@link ComputationGraph}, initialised
   * @throws IllegalArgumentException if it is neither
   * @throws IllegalStateException if it is not initialised, has no parameters, or has an updater
   *     that is not DL4J's own, or if a {@link GradientClippingListener} or a {@link
   *     ClippedUpdater} of the network has other settings
   */
  public void attachTo(Model network) {
    Dl4jModels.ofNetwork(network);
    if (network.numParams() == 0) {
      throw new IllegalStateException("the network has no parameters: there is nothing to clip");
    }
    Installation.ensure(network, settings, SettingsSources.ALL, LOG);
  }

  /**
   * Removes clipping from a network: this library's listeners go, DL4J's own updater comes back
   * with its state, in layerwise pretraining, too. A network that is configured with a {@link
   * ClippedUpdater} then refuses to train until {@code ClippedUpdater.removeFrom}. Does nothing
   * where nothing is installed. While another thread is in DL4J's {@code fit}, this waits for its
   * end.
   *
   * @param network a {@link MultiLayerNetwork} or a {@link ComputationGraph}, initialised
   * @throws IllegalArgumentException if it is neither
   * @throws IllegalStateException if it is not initialised
   */
  public static void detachFrom(Model network) {
    Installation.remove(Dl4jModels.ofNetwork(network), SettingsSources.ALL);
  }

  /** Returns what the last step of a network did; empty if there was none, or none was clipped. */
  public static Optional<ClipReport> lastReport(Model network) {
    return ClippingState.lastReport(Objects.requireNonNull(network, "network must not be null"));
  }

  /**
   * Adds what an adaptive rule has learned of a network, its loss scale and its master weights to
   * the file that DL4J wrote of it, as entries of their own, {@code dl4j-clipping.json} and {@code
   * dl4j-clipping-master.bin}, in the place of those that are there. DL4J opens the file as before.
   *
   * <pre>{@code
   * network.save(file);
   * GradientClipping.saveState(network, file);
   * }</pre>
   *
   * <p>What a rule has learned is saved under the rule's {@code toString}, which must therefore be
   * the same in the next JVM. In {@link ClipRule#inOrder} each rule that learns is saved for
   * itself; what does not learn, such as a fixed bound or a schedule, is not compared.
   *
   * <p>May be called while another thread trains the network, and waits for the end of the step
   * that is under way: history, loss scale and master weights are of the same step. A thread that
   * holds a lock which an observer waits for must not call it. What DL4J writes of a network that
   * trains meanwhile is of no single step: let training pause for {@code network.save} too. Within
   * a step, {@link io.github.dl4jclipping.report.ClipObserver#onStep} comes after the rule has
   * learned and before the parameters change; better save between steps.
   *
   * <p>If the network has taken steps that nothing clipped, as where workers of Spark train copies
   * of it, or if it is one of several workers of ParallelWrapper, one WARN says whose steps the
   * history is of.
   *
   * <p>The file is replaced as a whole, once all of it is on the disk: a failure, a kill or a power
   * cut leaves the old one. Permissions stay, owner and group where this process may set them. A
   * killed save leaves a file {@code .NAME-DIGITS.dl4j-clipping.tmp} beside the model, which the
   * next save of that model removes. Only on a file system that cannot replace a file in one move
   * the model may be gone if the process is killed in that moment; that file then holds all of it.
   *
   * @param network a {@link MultiLayerNetwork} or a {@link ComputationGraph}, initialised
   * @param modelFile what {@code ModelSerializer} or the network's {@code save} wrote
   * @throws IllegalArgumentException if the network is neither, or the file is no model file
   * @throws IllegalStateException if the network is not initialised, if nothing has clipped it yet,
   *     or if its rule learns but could never take it up again: its {@code toString} is that of
   *     {@code Object} or names a lambda, or it has learned numbers that are not finite. Nothing is
   *     written then
   * @throws java.io.UncheckedIOException if the file cannot be read or written, or an entry of it
   *     is damaged
   */
  public static void saveState(Model network, File modelFile) {
    SavedNetworks.save(
        Dl4jModels.ofNetwork(network),
        Objects.requireNonNull(modelFile, "modelFile must not be null"));
  }

  /**
   * Takes up what {@link #saveState} added to a file: from then on the network is clipped as the
   * one that was saved would have been, to the bit. To be called before the restored network
   * trains; without it an adaptive rule starts with an empty history and master weights with what
   * HALF holds, with a WARN, and the loss scale at its initial value. Copies that workers of
   * ParallelWrapper or Spark train do not take it along. Anything that depends on the rule is
   * checked at the first step.
   *
   * <pre>{@code
   * MultiLayerNetwork network = MultiLayerNetwork.load(file, true);
   * GradientClipping.restoreState(network, file);
   * network.addListeners(new GradientClippingListener(GradientClipping.builder()...));
   * }</pre>
   *
   * <p>Loss scale and master weights are taken up whatever the rule is. What was learned goes to
   * the rule of the same {@code toString}, whatever stands before or after it in {@link
   * ClipRule#inOrder}. A rule that does not learn drops it, with a WARN; one that learns, where
   * nothing was learned, starts with an empty history, with a WARN. While another thread trains the
   * network, it waits for the end of the step.
   *
   * @param network a {@link MultiLayerNetwork} or a {@link ComputationGraph}, initialised
   * @param modelFile a file with a saved history
   * @throws IllegalArgumentException if the network is neither, or the file is no model file, has
   *     no history, a damaged one, or one of another network or a newer version
   * @throws IllegalStateException if the network is not initialised, or clipped by another rule
   *     that learns than the one that was saved, or without the loss scaling that was; where it is
   *     not clipped yet its first step throws that. In any case nothing has changed
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public static void restoreState(Model network, File modelFile) {
    SavedNetworks.restore(
        Dl4jModels.ofNetwork(network),
        Objects.requireNonNull(modelFile, "modelFile must not be null"));
  }

  /** Returns the settings as the packages below know them. */
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
