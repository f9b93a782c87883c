package io.github.dl4jclipping.benchmarks.peer;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Reads as many bytes as the gradient has, in one pass, with a given number of threads.
 *
 * <p>It compares the two halves of the data, which are equal. The JDK's vectorised comparison reads
 * at the speed of memory in every JVM, so times of different JVMs can be compared relative to it.
 */
final class ReadLoop implements Peer {

  private final int threads;
  private long[] first = {};
  private long[] second = {};

  ReadLoop(int threads) {
    this.threads = threads;
  }

  @Override
  public boolean supports(Workload workload, Operation operation) {
    return operation == Operation.NORM;
  }

  @Override
  public void prepare(Workload workload) {
    int longs = Math.toIntExact(workload.bytes() / Long.BYTES / 2);
    first = new long[longs];
    Arrays.setAll(first, i -> i);
    second = first.clone();
  }

  @Override
  public void restore() {
    // Nothing is changed.
  }

  @Override
  public double norm() {
    return threads == 1
        ? read(0)
        : IntStream.range(0, threads).parallel().mapToDouble(this::read).sum();
  }

  private double read(int part) {
    int from = (int) ((long) first.length * part / threads);
    int to = (int) ((long) first.length * (part + 1) / threads);
    return Arrays.mismatch(first, from, to, second, from, to);
  }

  @Override
  public double clip(double maxNorm) {
    throw new UnsupportedOperationException("the read loop changes nothing");
  }

  @Override
  public void close() {
    first = new long[0];
    second = first;
  }
}
