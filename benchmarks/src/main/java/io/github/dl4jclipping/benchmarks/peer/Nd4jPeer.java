package io.github.dl4jclipping.benchmarks.peer;

import org.jspecify.annotations.NullUnmarked;

/** Is the base of peers that work on arrays of ND4J. */
@NullUnmarked // prepared before it is used
abstract class Nd4jPeer implements Peer {

  Workload workload;
  Nd4jGradient gradient;

  @Override
  public void prepare(Workload workload) {
    this.workload = workload;
    gradient = new Nd4jGradient(workload);
  }

  @Override
  public final void restore() {
    gradient.restore();
  }

  @Override
  public final void close() {
    gradient.close();
  }
}
