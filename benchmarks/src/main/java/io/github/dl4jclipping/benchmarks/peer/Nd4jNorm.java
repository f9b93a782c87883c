package io.github.dl4jclipping.benchmarks.peer;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Clips with ND4J alone: {@code norm2Number} or a similar method, then {@code muli}. */
final class Nd4jNorm extends Nd4jPeer {

  @Override
  public boolean supports(Workload workload, Operation operation) {
    double order = workload.order();
    return order == 1 || order == 2 || order == Double.POSITIVE_INFINITY;
  }

  @Override
  public double norm() {
    double order = workload.order();
    double total = 0;
    for (INDArray array : gradient.arrays) {
      if (order == 2) {
        double norm = array.norm2Number().doubleValue();
        total += norm * norm;
      } else if (order == 1) {
        total += array.norm1Number().doubleValue();
      } else {
        total = Math.max(total, array.normmaxNumber().doubleValue());
      }
    }
    return order == 2 ? Math.sqrt(total) : total;
  }

  @Override
  public double clip(double maxNorm) {
    double norm = norm();
    if (norm > maxNorm) {
      for (INDArray array : gradient.arrays) {
        array.muli(maxNorm / norm);
      }
    }
    return norm;
  }
}
