package io.github.dl4jclipping.samples.cluster;

import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.CollectionAccumulator;

/** Tells the driver which executors took steps. */
final class ExecutorIds implements ClipObserver {

  private static final long serialVersionUID = 1L;

  private final CollectionAccumulator<String> seen = new CollectionAccumulator<>();

  static ExecutorIds registeredWith(SparkContext context) {
    ExecutorIds ids = new ExecutorIds();
    context.register(ids.seen);
    return ids;
  }

  @Override
  public void onStep(ClipReport report) {
    seen.add(SparkEnv.get().executorId());
  }

  Set<String> seen() {
    return Set.copyOf(seen.value());
  }
}
