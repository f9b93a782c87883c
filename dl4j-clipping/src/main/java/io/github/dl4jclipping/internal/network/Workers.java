package io.github.dl4jclipping.internal.network;

import java.util.List;

/** Knows the threads that train copies of a network. */
final class Workers {

  /** What the names of the threads begin with that train for ParallelWrapper and for Spark. */
  private static final List<String> NAMES =
      List.of("ParallelWrapper", "Executor task launch worker");

  private Workers() {}

  /** Returns whether this thread trains a copy that does not last. */
  static boolean isWorker() {
    String thread = Thread.currentThread().getName();
    return NAMES.stream().anyMatch(thread::startsWith);
  }
}
