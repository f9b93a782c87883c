package io.github.dl4jclipping.benchmarks.kernel;

import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.peer.Operation;
import io.github.dl4jclipping.benchmarks.peer.Peer;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import java.util.ArrayList;
import java.util.List;

/** Compares the norms of all contenders in this JVM with the exact norm. */
final class AccuracyRun {

  private AccuracyRun() {}

  /** Returns the errors for the L2 norm of floats in one array; empty for any other workload. */
  static List<AccuracyResult> errors(Engine engine, Workload workload) {
    List<AccuracyResult> results = new ArrayList<>();
    if (!workload.equals(Workload.of(1, workload.length()))) {
      return results;
    }
    double exact = workload.exactNorm();
    for (Contender contender : engine.contenders()) {
      Peer peer = contender.create();
      if (contender.role() != Contender.Role.LIMIT && peer.supports(workload, Operation.NORM)) {
        results.add(new AccuracyResult(contender, workload, error(peer, workload, exact)));
      }
    }
    return results;
  }

  private static double error(Peer peer, Workload workload, double exact) {
    try (peer) {
      peer.prepare(workload);
      return Math.abs(peer.norm() - exact) / exact;
    }
  }
}
