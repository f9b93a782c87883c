package io.github.dl4jclipping.internal.network;

import java.util.List;

/** Recognizes the threads that train copies of a network. */
final class Workers {

  /** The prefixes of the names of training threads of ParallelWrapper and Spark. */
  private static final List<String> NAMES =
      List.of("ParallelWrapper", "Executor task launch worker");

  private Workers() {}

  /** Returns whether the calling thread trains a temporary copy. */
  static boolean isWorker() {
    String thread = Thread.currentThread().getName();
    return NAMES.stream().anyMatch(thread::startsWith);
  }
}
