package io.github.dl4jclipping.report.micrometer;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Publishes the reports of each step as Micrometer metrics.
 *
 * <pre>{@code
 * ClippingMetrics metrics = new ClippingMetrics(Tags.of("network", "encoder"));
 * metrics.bindTo(registry);
 * network.addListeners(new GradientClippingListener(clipping).observe(metrics));
 * }</pre>
 *
 * <table>
 * <caption>Meters; norms have no base unit</caption>
 * <tr><th>name</th><th>type, tags</th><th>meaning</th></tr>
 * <tr><td>{@code dl4j.clipping.steps}</td><td>counter, {@code outcome}</td>
 *     <td>number of steps, by outcome: {@code unchanged}, {@code scaled_up}, {@code clipped},
 *     {@code skipped}, {@code zeroed}, {@code passed_non_finite}, {@code raised}, {@code
 *     overflowed}</td></tr>
 * <tr><td>{@code dl4j.clipping.norm}</td><td>summary</td><td>finite global norms before
 *     clipping</td></tr>
 * <tr><td>{@code dl4j.clipping.clipped.norm}</td><td>summary</td><td>finite global norms of the
 *     gradients that the updater received</td></tr>
 * <tr><td>{@code dl4j.clipping.coefficient}</td><td>summary</td><td>factors on the gradients that
 *     the updater received, 1 if unchanged; no value if values were clamped</td></tr>
 * <tr><td>{@code dl4j.clipping.nonfinite.steps}</td><td>counter, {@code origin}, {@code layer}</td>
 *     <td>number of steps with a non-finite gradient, by origin, such as {@code features} or
 *     {@code unknown}, and by the first layer, in the network's order, with such a gradient; {@code
 *     none} if only the norm is beyond the range of a double</td></tr>
 * <tr><td>{@code dl4j.clipping.parameter.norm}</td><td>gauge, {@code layer}, {@code parameter}</td>
 *     <td>norm of each parameter before clipping at the last step, for example of layer {@code 0}
 *     and parameter {@code 0_W}; NaN if the norm was NaN</td></tr>
 * <tr><td>{@code dl4j.clipping.loss.scale}, {@code .loss.scale.good.steps}, {@code
 *     .loss.scale.overflows}</td><td>gauges</td><td>loss scale of the last step, consecutive
 *     finite steps since it changed, number of steps skipped by overflow; only under loss
 *     scaling</td></tr>
 * </table>
 *
 * <p>The number of series depends only on the numbers of layers and parameters. Neither iteration
 * nor worker is a tag, because the number of thread names is unbounded. If several workers train,
 * counters and summaries add them up, and a gauge shows the worker that reported last. If several
 * networks share a registry, give each its own tags, with the same keys.
 *
 * <p>Metrics belong to this process, as registries do, so they and a listener that holds them
 * cannot be serialised. On Spark, use them on the driver. Thread-safe.
 *
 * <p>Needs {@code io.micrometer:micrometer-core} on the class path; tested with 1.17.2.
 */
public final class ClippingMetrics implements ClipObserver, MeterBinder, AutoCloseable {

  private static final long serialVersionUID = 1L;

  private final transient Tags tags;
  private final transient List<Meters> bound = new CopyOnWriteArrayList<>();

  /** Creates metrics with only the tags of the table. */
  public ClippingMetrics() {
    this(Tags.empty());
  }

  /** Creates metrics with additional tags on all meters, to distinguish networks. */
  public ClippingMetrics(Iterable<Tag> tags) {
    this.tags = Tags.of(Objects.requireNonNull(tags, "tags must not be null"));
  }

  /**
   * Registers the meters in a registry and counts steps from now on. Several registries may be
   * bound; binding one twice has no effect.
   */
  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    Objects.requireNonNull(registry, "registry must not be null");
    if (bound.stream().noneMatch(meters -> meters.areIn(registry))) {
      bound.add(new Meters(registry, tags));
    }
  }

  @Override
  public void onStep(ClipReport report) {
    bound.forEach(meters -> meters.step(report));
  }

  @Override
  public void onNonFinite(NonFiniteReport report) {
    bound.forEach(meters -> meters.nonFinite(report));
  }

  /** Removes the meters from their registries and stops counting until the next {@link #bindTo}. */
  @Override
  public synchronized void close() {
    List<Meters> closed = List.copyOf(bound);
    bound.clear();
    closed.forEach(Meters::remove);
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(
        this
            + " belongs to the process of its registries and cannot be sent to another. On Spark,"
            + " use an observer that is serialisable and sends its reports to the driver, such as"
            + " DriverReports in the samples.");
  }

  /** Returns the tags. */
  @Override
  public String toString() {
    return "ClippingMetrics(" + tags + ")";
  }
}
