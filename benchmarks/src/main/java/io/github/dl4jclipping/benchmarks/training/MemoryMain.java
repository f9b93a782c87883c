package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.benchmarks.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Trains a small network for many steps in each variant and measures the memory that is not freed.
 *
 * <p>It needs a heap of fixed size whose pages are all touched at the start, so that any growth of
 * the process is outside the heap.
 */
public final class MemoryMain {

  private static final int BATCH = 8;

  private MemoryMain() {}

  /**
   * Describes the job.
   *
   * @param steps the number of steps of each variant, after a warm-up of a fifth as many
   */
  public record Job(int steps) {}

  /** Holds the results. */
  public record Report(List<MemoryResult> results) {}

  /**
   * Reads a {@link Job} and writes a {@link Report}.
   *
   * @param args the files of the job and of the report
   */
  public static void main(String[] args) throws Exception {
    Job job = Json.read(Path.of(args[0]), Job.class);
    DataSet batch = Network.SMALL.batch(BATCH);
    Map<Variant, NeuralNetwork> networks = new EnumMap<>(Variant.class);
    for (Variant variant : Variant.values()) {
      networks.put(variant, Network.SMALL.build(variant, new UpdatePhase()));
    }
    networks.values().forEach(network -> train(network, batch, job.steps() / 5 + 1));
    List<MemoryResult> results = new ArrayList<>();
    networks.forEach((variant, network) -> results.add(kept(variant, network, batch, job.steps())));
    Json.write(Path.of(args[1]), new Report(results));
    // ND4J's own threads never end.
    System.exit(0);
  }

  private static MemoryResult kept(
      Variant variant, NeuralNetwork network, DataSet batch, int steps) {
    long total = totalBytes();
    long physical = Pointer.physicalBytes();
    train(network, batch, steps);
    return new MemoryResult(
        variant, steps, totalBytes() - total, Pointer.physicalBytes() - physical);
  }

  private static void train(NeuralNetwork network, DataSet batch, int steps) {
    for (int i = 0; i < steps; i++) {
      network.fit(batch);
    }
  }

  /**
   * Returns the bytes that JavaCPP holds after a garbage collection, whose memory a separate thread
   * frees later.
   */
  private static long totalBytes() {
    long before;
    long after = Long.MAX_VALUE;
    do {
      before = after;
      System.gc();
      LockSupport.parkNanos(500_000_000);
      after = Pointer.totalBytes();
    } while (after < before);
    return after;
  }
}
