package io.github.dl4jclipping.benchmarks.training;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** The steps of one variant: what each took. */
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

  /** Trains one step and keeps what it took. */
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

  /** Forgets what was measured while warming up. */
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

  /** ND4J numbers its buffers, views and contexts; asking takes a number itself. */
  private static long nativeObjectsSoFar() {
    return Nd4j.getDeallocatorService().nextValue();
  }
}
