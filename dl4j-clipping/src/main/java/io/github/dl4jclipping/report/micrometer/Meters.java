package io.github.dl4jclipping.report.micrometer;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.internal.report.ReportColumn;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Holds the meters of one registry. */
final class Meters {

  private static final String PREFIX = "dl4j.clipping.";

  private final MeterRegistry registry;
  private final Tags tags;
  private final List<Meter> registered = new CopyOnWriteArrayList<>();
  private final Map<StepOutcome, Counter> steps = new ConcurrentHashMap<>();
  private final Map<ReportColumn, DistributionSummary> distributions =
      new EnumMap<>(ReportColumn.class);
  private final Map<Tags, Counter> nonFinite = new ConcurrentHashMap<>();
  private final Map<String, Last> parameterNorms = new ConcurrentHashMap<>();
  private final Map<ReportColumn, Last> gauges = new ConcurrentHashMap<>();

  Meters(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
    for (StepOutcome outcome : StepOutcome.values()) {
      stepsWith(outcome); // counters exist from the start, with 0, not from the first count on
    }
    for (ReportColumn column : ReportColumn.values()) {
      switch (column.metric()) {
        case DISTRIBUTION, DISTRIBUTION_OF_APPLIED -> distributions.put(column, summary(column));
        case NONE, GAUGE -> {} // a gauge is registered with its first value
      }
    }
  }

  boolean areIn(MeterRegistry other) {
    return registry == other;
  }

  void step(ClipReport report) {
    stepsWith(report.outcome()).increment();
    for (ReportColumn column : ReportColumn.values()) {
      if (column.valueIn(report) instanceof Number number) {
        tell(column, number.doubleValue(), report.outcome().isApplied());
      }
    }
    report.parameterNorms().forEach((name, value) -> lastNorm(name).value = value);
  }

  private void tell(ReportColumn column, double value, boolean applied) {
    switch (column.metric()) {
      case NONE -> {}
      case DISTRIBUTION -> recordIfFinite(column, value);
      case DISTRIBUTION_OF_APPLIED -> {
        if (applied) { // the zeros of a skipped step are not measurements
          recordIfFinite(column, value);
        }
      }
      case GAUGE ->
          gauges.computeIfAbsent(
                      column, key -> gauge(key.metricName(), key.description(), Tags.empty()))
                  .value =
              value;
    }
  }

  void nonFinite(NonFiniteReport report) {
    Tags origin = originOf(report);
    nonFinite
        .computeIfAbsent(
            origin,
            key ->
                counter(
                    "nonfinite.steps",
                    "Steps with a non-finite gradient, by origin and by the first layer with"
                        + " such a gradient",
                    key))
        .increment();
  }

  void remove() {
    registered.forEach(registry::remove);
  }

  /** Returns the tags of a non-finite step; there are at most as many as origins times layers. */
  private static Tags originOf(NonFiniteReport report) {
    String layer =
        report.parameters().isEmpty() ? "none" : layerOf(report.parameters().get(0).name());
    return Tags.of("origin", lowerCase(report.origin().kind()), "layer", layer);
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the part before the last underscore, as in {@code dense_1} of {@code dense_1_W}. */
  private static String layerOf(String parameter) {
    int end = parameter.lastIndexOf('_');
    return end <= 0 ? parameter : parameter.substring(0, end);
  }

  private Counter stepsWith(StepOutcome outcome) {
    return steps.computeIfAbsent(
        outcome, key -> counter("steps", "Steps by outcome", Tags.of("outcome", lowerCase(key))));
  }

  private Last lastNorm(String parameter) {
    return parameterNorms.computeIfAbsent(
        parameter,
        key ->
            gauge(
                "parameter.norm",
                "Norm of a parameter's gradient before clipping, at the last step",
                Tags.of("layer", layerOf(key), "parameter", key)));
  }

  private Last gauge(String name, String description, Tags own) {
    Last last = new Last();
    registered.add(
        Gauge.builder(PREFIX + name, last, gauge -> gauge.value)
            .description(description)
            .tags(tags.and(own))
            .register(registry));
    return last;
  }

  private Counter counter(String name, String description, Tags own) {
    Counter counter =
        Counter.builder(PREFIX + name)
            .description(description)
            .baseUnit("steps")
            .tags(tags.and(own))
            .register(registry);
    registered.add(counter);
    return counter;
  }

  private DistributionSummary summary(ReportColumn column) {
    DistributionSummary summary =
        DistributionSummary.builder(PREFIX + column.metricName())
            .description(column.description())
            .tags(tags)
            .register(registry);
    registered.add(summary);
    return summary;
  }

  private void recordIfFinite(ReportColumn column, double value) {
    DistributionSummary summary = distributions.get(column);
    if (summary != null && Double.isFinite(value)) {
      summary.record(value);
    }
  }

  /** Holds the value that a gauge reads. */
  private static final class Last {
    private volatile double value = Double.NaN;
  }
}
