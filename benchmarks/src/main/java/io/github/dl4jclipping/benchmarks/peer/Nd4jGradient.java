package io.github.dl4jclipping.benchmarks.peer;

import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Holds a gradient in arrays of ND4J, and can restore its drawn values. */
final class Nd4jGradient implements AutoCloseable {

  final INDArray[] arrays;
  private final INDArray[] drawn;

  Nd4jGradient(Workload workload) {
    drawn =
        IntStream.range(0, workload.arrays())
            .mapToObj(array -> array(workload, array))
            .toArray(INDArray[]::new);
    arrays =
        IntStream.range(0, drawn.length).mapToObj(i -> drawn[i].dup()).toArray(INDArray[]::new);
  }

  private static INDArray array(Workload workload, int index) {
    INDArray floats = Nd4j.createFromArray(workload.draw(index));
    DataType type = DataType.valueOf(workload.type().name());
    if (type == DataType.FLOAT) {
      return floats;
    }
    try (floats) {
      return floats.castTo(type);
    }
  }

  void restore() {
    for (int i = 0; i < arrays.length; i++) {
      long bytes = arrays[i].length() * arrays[i].dataType().width();
      Pointer.memcpy(arrays[i].data().addressPointer(), drawn[i].data().addressPointer(), bytes);
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < arrays.length; i++) {
      arrays[i].close();
      drawn[i].close();
    }
  }
}
