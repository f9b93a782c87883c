package io.github.dl4jclipping.internal.norm;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Finds the reader for a type. */
final class MemoryReaders {

  private MemoryReaders() {}

  /** Returns a reader for arrays of one type. */
  static MemoryReader of(DataType type) {
    return switch (type) {
      case FLOAT -> new FloatReader();
      case DOUBLE -> new DoubleReader();
      case HALF -> new HalfReader();
      default -> throw new IllegalArgumentException("no reader for " + type);
    };
  }

  /** Returns a reader that is pointed at an array. */
  static MemoryReader on(INDArray array) {
    MemoryReader reader = of(array.dataType());
    reader.pointAt(array);
    return reader;
  }
}
