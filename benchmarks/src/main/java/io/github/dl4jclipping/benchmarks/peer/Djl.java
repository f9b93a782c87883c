package io.github.dl4jclipping.benchmarks.peer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;

/** Clips with DJL's {@code norm} and {@code muli}, because DJL has no clipping by the norm. */
@NullUnmarked // prepared before it is used
final class Djl implements Peer {

  private NDManager manager;
  private NDArray[] drawn;
  private NDArray[] arrays;

  /** DJL's norm of HALF is of too many for its range; of the orders it knows 2 alone. */
  @Override
  public boolean supports(Workload workload, Operation operation) {
    return workload.order() == 2;
  }

  @Override
  public void prepare(Workload workload) {
    manager = NDManager.newBaseManager("PyTorch");
    drawn =
        IntStream.range(0, workload.arrays())
            .mapToObj(array -> draw(workload, array))
            .toArray(NDArray[]::new);
    arrays =
        IntStream.range(0, drawn.length)
            .mapToObj(i -> drawn[i].duplicate())
            .toArray(NDArray[]::new);
  }

  private NDArray draw(Workload workload, int array) {
    NDArray floats = manager.create(workload.draw(array));
    return switch (workload.type()) {
      case FLOAT -> floats;
      case DOUBLE -> converted(floats, DataType.FLOAT64);
      case HALF -> converted(floats, DataType.FLOAT16);
    };
  }

  private static NDArray converted(NDArray floats, DataType type) {
    try (floats) {
      return floats.toType(type, true);
    }
  }

  @Override
  public void restore() {
    for (int i = 0; i < arrays.length; i++) {
      drawn[i].copyTo(arrays[i]);
    }
  }

  @Override
  public double norm() {
    double squares = 0;
    for (NDArray array : arrays) {
      try (NDArray norm = array.norm()) {
        double value = norm.toArray()[0].doubleValue();
        squares += value * value;
      }
    }
    return Math.sqrt(squares);
  }

  @Override
  public double clip(double maxNorm) {
    double norm = norm();
    if (norm > maxNorm) {
      for (NDArray array : arrays) {
        array.muli(maxNorm / norm);
      }
    }
    return norm;
  }

  @Override
  public void close() {
    manager.close();
  }
}
