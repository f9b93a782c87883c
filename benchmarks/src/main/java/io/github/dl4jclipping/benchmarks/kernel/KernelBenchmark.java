package io.github.dl4jclipping.benchmarks.kernel;

import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Operation;
import io.github.dl4jclipping.benchmarks.peer.Peer;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Has one method for each {@link Operation}; the parameters select contender and workload. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@NullUnmarked // set up before it is used
public class KernelBenchmark {

  @Param Contender contender;

  @Param("FLOAT 2.0 1x1000000")
  String workload;

  private Peer peer;
  private double kept;
  private double broken;

  @Setup
  public void prepare() {
    peer = contender.create();
    Workload gradient = Workload.parse(workload);
    kept = gradient.maxNorm(Operation.KEEP);
    broken = gradient.maxNorm(Operation.CLIP);
    peer.prepare(gradient);
  }

  @TearDown
  public void close() {
    peer.close();
  }

  /**
   * Restores the input before each call, outside the measured part, because clipping changes it.
   */
  @State(Scope.Benchmark)
  public static class Restored {
    @Setup(Level.Invocation)
    public void restore(KernelBenchmark benchmark) {
      benchmark.peer.restore();
    }
  }

  @Benchmark
  public double norm() {
    return peer.norm();
  }

  @Benchmark
  public double keep() {
    return peer.clip(kept);
  }

  @Benchmark
  public double clip(Restored restored) {
    return peer.clip(broken);
  }
}
