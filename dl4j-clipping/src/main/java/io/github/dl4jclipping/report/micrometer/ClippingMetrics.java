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
 * Measures training with Micrometer.
 *
 * <pre>{@code
 * ClippingMetrics metrics = new ClippingMetrics(Tags.of("network", "encoder"));
 * metrics.bindTo(registry);
 * network.addListeners(new GradientClippingListener(clipping).observe(metrics));
 * }</pre>
 *
 * <table>
 * <caption>Meters; a norm has no base unit</caption>
 * <tr><th>name</th><th>type, tags</th><th>what</th></tr>
 * <tr><td>{@code dl4j.clipping.steps}</td><td>counter, {@code outcome}</td>
 *     <td>steps by what became of the gradient: {@code unchanged}, {@code scaled_up}, {@code clipped},
 *     {@code skipped}, {@code zeroed}, {@code passed_non_finite}, {@code raised}, {@code overflowed}</td></tr>
 * <tr><td>{@code dl4j.clipping.norm}</td><td>summary</td><td>global norms before clipping that are
 *     finite</td></tr>
 * <tr><td>{@code dl4j.clipping.clipped.norm}</td><td>summary</td><td>global norms that the updater
 *     got, if finite</td></tr>
 * <tr><td>{@code dl4j.clipping.coefficient}</td><td>summary</td><td>what gradients were multiplied
 *     by, 1 where they were left alone; none under value clipping</td></tr>
 * <tr><td>{@code dl4j.clipping.nonfinite.steps}</td><td>counter, {@code origin}, {@code layer}</td>
 *     <td>steps whose gradient was not finite: by where that began, such as {@code features} or
 *     {@code unknown}, and by the first layer, in the network's order, with such a gradient; {@code
 *     none} where only the norm left the range of a double</td></tr>
 * <tr><td>{@code dl4j.clipping.parameter.norm}</td><td>gauge, {@code layer}, {@code parameter}</td>
 *     <td>norm of each parameter before clipping at the last step, such as layer {@code 0} and
 *     parameter {@code 0_W}; NaN where it was</td></tr>
 * <tr><td>{@code dl4j.clipping.loss.scale}, {@code .loss.scale.good.steps}, {@code
 *     .loss.scale.overflows}</td><td>gauges</td><td>the loss scale of the last step, the good steps
 *     in a row since it changed, the steps skipped by overflow; only under loss scaling</td></tr>
 * </table>
 *
 * <p>There are as many series as layers and parameters, and no more: neither iteration nor worker
 * is a tag, since the names of threads have no bound. Where several workers train, counters and
 * summaries add them up, and a gauge shows whoever came last. Give networks that share a registry
 * tags of their own, with the same keys.
 *
 * <p>Belongs to this process, as registries do: it refuses to be serialised, and with it the
 * listener that it was given to; on Spark, measure on the driver. Thread-safe.
 *
 * <p>Needs {@code io.micrometer:micrometer-core} (1.17.2 was tested) on the class path.
 */
public final class ClippingMetrics implements ClipObserver, MeterBinder, AutoCloseable {

  private static final long serialVersionUID = 1L;

  private final transient Tags tags;
  private final transient List<Meters> bound = new CopyOnWriteArrayList<>();

  /** Creates metrics without tags beyond those of the table. */
  public ClippingMetrics() {
    this(Tags.empty());
  }

  /** Creates metrics all of whose meters have some tags, which tell networks apart. */
  public ClippingMetrics(Iterable<Tag> tags) {
    this.tags = Tags.of(Objects.requireNonNull(tags, "tags must not be null"));
  }

  /**
   * Registers the meters; steps count from now on. More than one registry may be bound; the same
   * one twice counts once.
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

  /** Removes the meters from their registries; counts no more until bound again. */
  @Override
  public synchronized void close() {
    List<Meters> closed = List.copyOf(bound);
    bound.clear();
    closed.forEach(Meters::remove);
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(
        this
            + " belongs to the process whose registries it is bound to and cannot be sent to"
            + " another: on Spark, observe with one that travels and brings its reports to the"
            + " driver, such as DriverReports in the samples");
  }

  /** Returns the tags. */
  @Override
  public String toString() {
    return "ClippingMetrics(" + tags + ")";
  }
}
