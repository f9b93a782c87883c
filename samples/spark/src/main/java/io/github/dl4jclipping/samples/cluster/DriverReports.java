package io.github.dl4jclipping.samples.cluster;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.util.CollectionAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the reports of the executors on the driver.
 *
 * <pre>{@code
 * DriverReports reports = DriverReports.registeredWith(sc.sc());
 * spark.setListeners(new GradientClippingListener(clipping).observe(reports));
 * spark.fit(data);
 * reports.log();
 * }</pre>
 *
 * <p>DL4J sends its listeners to the executors inside each task, so every task has its own copy.
 * When the task succeeds, Spark sends its part to the driver and adds it up.
 */
public final class DriverReports implements ClipObserver {

  /** The largest number of incidents that one task sends. */
  public static final int MAX_INCIDENTS = 10;

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(DriverReports.class);

  private final ClipSummaryAccumulator steps = new ClipSummaryAccumulator();
  private final CollectionAccumulator<NonFiniteReport> incidents = new CollectionAccumulator<>();

  private DriverReports() {}

  /** Creates an observer whose reports arrive at the driver of this context. */
  public static DriverReports registeredWith(SparkContext context) {
    DriverReports reports = new DriverReports();
    context.register(reports.steps, "gradient clipping");
    context.register(reports.incidents, "non-finite gradients");
    return reports;
  }

  @Override
  public void onStep(ClipReport report) {
    steps.add(report);
  }

  @Override
  public void onNonFinite(NonFiniteReport report) {
    if (incidents.value().size() < MAX_INCIDENTS) {
      incidents.add(report);
    }
  }

  /** Returns the summary of all tasks that have succeeded so far. */
  public ClipSummary summary() {
    return steps.value();
  }

  /**
   * Returns the reports of non-finite gradients, at most {@value #MAX_INCIDENTS} from each task.
   */
  public List<NonFiniteReport> incidents() {
    return List.copyOf(incidents.value());
  }

  /**
   * Logs one line for all steps, and a warning that describes the first incident if there is one.
   */
  public void log() {
    log.info("All executors: {}", summary());
    incidents().stream()
        .findFirst()
        .ifPresent(
            first ->
                log.warn(
                    "{} gradients were non-finite. The first report: {}",
                    summary().nonFinite(),
                    first.describe()));
  }
}
