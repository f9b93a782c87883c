package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.Gradients;
import io.github.dl4jclipping.norm.NormType;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The global norm of one array beside ND4J's own.
 *
 * <p>{@code mvn -q package -pl benchmarks -am -DskipTests -Dbenchmarks.jar.skip=false}, then {@code
 * java -jar benchmarks/target/benchmarks.jar}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GlobalNormBenchmark {

  @Param({"1000", "1000000", "10000000"})
  int size;

  private INDArray gradient = Nd4j.empty(DataType.FLOAT);

  /** Draws the gradient; measuring leaves it as it is. */
  @Setup
  public void draw() {
    gradient = Nd4j.randn(DataType.FLOAT, size);
  }

  /** Calls nothing: the cost of a benchmark. */
  @Benchmark
  public INDArray baseline() {
    return gradient;
  }

  @Benchmark
  public double nd4j() {
    return gradient.norm2Number().doubleValue();
  }

  @Benchmark
  public double dl4jClipping() {
    return Gradients.totalNorm(NormType.L2, gradient);
  }
}
