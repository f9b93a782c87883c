package io.github.dl4jclipping.benchmarks.training;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Measures the steps of one variant. */
final class Steps {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final NeuralNetwork network;
  private final DataSet batch;
  private final UpdatePhase phase;
  private final Samples nanos = new Samples();
  private final Samples phases = new Samples();
  private final Samples heapBytes = new Samples();
  private final Samples nativeObjects = new Samples();

  Steps(Network network, Variant variant, DataSet batch) {
    this.phase = new UpdatePhase();
    this.network = network.build(variant, phase);
    this.batch = batch;
  }

  /** Trains one step and records its time and its allocations. */
  void step() {
    long objects = nativeObjectsSoFar();
    long heap = heapBytesSoFar();
    long start = System.nanoTime();
    network.fit(batch);
    long end = System.nanoTime();
    nanos.add(end - start);
    phases.add(phase.nanos());
    heapBytes.add(heapBytesSoFar() - heap);
    nativeObjects.add(nativeObjectsSoFar() - objects);
  }

  /** Discards the measurements of the warm-up. */
  void clear() {
    nanos.clear();
    phases.clear();
    heapBytes.clear();
    nativeObjects.clear();
  }

  NeuralNetwork network() {
    return network;
  }

  Samples nanos() {
    return nanos;
  }

  Samples phases() {
    return phases;
  }

  Samples heapBytes() {
    return heapBytes;
  }

  Samples nativeObjects() {
    return nativeObjects;
  }

  private static long heapBytesSoFar() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  /**
   * Returns ND4J's running number of buffers, views and contexts; the call itself takes one number.
   */
  private static long nativeObjectsSoFar() {
    return Nd4j.getDeallocatorService().nextValue();
  }
}
