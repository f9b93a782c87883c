package io.github.dl4jclipping.benchmarks.kernel;

import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.peer.Operation;
import io.github.dl4jclipping.benchmarks.peer.Peer;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.statistics.Median;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Times one workload for all contenders in this JVM.
 *
 * <p>JMH's own forks are off, because they share one class path and would start a JVM for every
 * number. The caller starts one JVM per workload and engine instead.
 */
public final class KernelRun {

  private final Engine engine;
  private final Effort effort;

  public KernelRun(Engine engine, Effort effort) {
    this.engine = engine;
    this.effort = effort;
  }

  /** Runs all operations of all contenders. */
  public List<KernelResult> times(Workload workload) throws RunnerException {
    List<KernelResult> results = new ArrayList<>();
    for (Contender contender : engine.contenders()) {
      for (Operation operation : operations(contender, workload)) {
        Median nanos = time(contender, workload, operation);
        results.add(new KernelResult(engine, contender, workload, operation, nanos));
      }
    }
    return results;
  }

  private static List<Operation> operations(Contender contender, Workload workload) {
    Peer peer = contender.create();
    return Arrays.stream(Operation.values()).filter(o -> peer.supports(workload, o)).toList();
  }

  private Median time(Contender contender, Workload workload, Operation operation)
      throws RunnerException {
    Collection<RunResult> results = new Runner(options(contender, workload, operation)).run();
    return Median.of(
        results
            .iterator()
            .next()
            .getBenchmarkResults()
            .iterator()
            .next()
            .getIterationResults()
            .stream()
            .mapToDouble(KernelRun::median)
            .toArray());
  }

  private static double median(IterationResult slice) {
    return slice.getPrimaryResult().getStatistics().getPercentile(50);
  }

  private Options options(Contender contender, Workload workload, Operation operation) {
    String method = operation.name().toLowerCase(Locale.ROOT);
    return new OptionsBuilder()
        .include(KernelBenchmark.class.getName() + "\\." + method + "$")
        .param("contender", contender.name())
        .param("workload", workload.toString())
        .forks(0)
        .warmupIterations(1)
        .warmupTime(TimeValue.milliseconds(effort.warmupMillis()))
        .measurementIterations(effort.slices())
        .measurementTime(TimeValue.milliseconds(effort.sliceMillis()))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT)
        .build();
  }
}
