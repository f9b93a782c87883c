package io.github.dl4jclipping.step;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Who trains, and for how long already. */
final class Trainer {

  /** How the threads are called that train copies for ParallelWrapper and for Spark. */
  private static final List<String> WORKERS =
      List.of("ParallelWrapper", "Executor task launch worker");

  private Trainer() {}

  /** Returns whether this thread trains a copy that does not last. */
  static boolean isWorker() {
    String thread = Thread.currentThread().getName();
    return WORKERS.stream().anyMatch(thread::startsWith);
  }

  /** Returns for how many iterations a network was trained; 0 for a single layer. */
  static int iterationOf(Model network) {
    if (network instanceof MultiLayerNetwork layers) {
      return layers.getIterationCount();
    }
    return network instanceof ComputationGraph graph
        ? graph.getConfiguration().getIterationCount()
        : 0;
  }
}
