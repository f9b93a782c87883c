package io.github.dl4jclipping.benchmarks.peer;

import io.github.dl4jclipping.Gradients;
import io.github.dl4jclipping.norm.NormType;

/** Clips with this library. */
final class Library extends Nd4jPeer {

  private NormType type = NormType.L2;

  @Override
  public void prepare(Workload workload) {
    super.prepare(workload);
    type = NormType.p(workload.order());
  }

  @Override
  public double norm() {
    return Gradients.totalNorm(type, gradient.arrays);
  }

  @Override
  public double clip(double maxNorm) {
    return Gradients.clipByGlobalNorm(maxNorm, type, false, gradient.arrays);
  }
}
