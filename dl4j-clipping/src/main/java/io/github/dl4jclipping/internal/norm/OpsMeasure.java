package io.github.dl4jclipping.internal.norm;

import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import org.nd4j.linalg.api.blas.Level1;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.conditions.Condition;
import org.nd4j.linalg.indexing.conditions.Conditions;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Measures any array through ND4J's own operations, on the device where it lies.
 *
 * <p>Works on copies in double of at most {@link #CHUNK} elements, since ND4J's reductions in the
 * array's own type lose digits, overflow and pass over NaN.
 */
final class OpsMeasure implements Measure {

  static final OpsMeasure INSTANCE = new OpsMeasure();

  /** Elements that are copied to double at a time: 8 MiB. */
  private static final int CHUNK = 1 << 20;

  private OpsMeasure() {}

  @Override
  public double norm(INDArray array, NormType type) {
    double norm = 0;
    for (long from = 0; from < array.length(); from += CHUNK) {
      try (INDArray chunk = chunk(array, from)) {
        norm = type.combine(norm, chunkNorm(chunk, type));
      }
    }
    return norm;
  }

  @Override
  public NonFiniteCount nonFinite(INDArray array) {
    NonFiniteCount count = NonFiniteCount.NONE;
    for (long from = 0; from < array.length(); from += CHUNK) {
      try (INDArray chunk = chunk(array, from)) {
        count = count.plus(count(chunk));
      }
    }
    return count;
  }

  private static NonFiniteCount count(INDArray chunk) {
    return new NonFiniteCount(
        matches(chunk, Conditions.isNan()),
        matches(chunk, Conditions.greaterThan(Double.MAX_VALUE)),
        matches(chunk, Conditions.lessThan(-Double.MAX_VALUE)));
  }

  private static double chunkNorm(INDArray chunk, NormType type) {
    NonFiniteCount count = count(chunk);
    if (count.total() > 0) {
      return count.nan() > 0 ? Double.NaN : Double.POSITIVE_INFINITY;
    }
    Level1 blas = Nd4j.getBlasWrapper().level1();
    if (type.equals(NormType.L2)) {
      return blas.nrm2(chunk);
    }
    if (type.equals(NormType.L1)) {
      return blas.asum(chunk);
    }
    double largest = chunk.amaxNumber().doubleValue();
    if (type.equals(NormType.INF) || largest == 0) {
      return largest;
    }
    INDArray powers = Transforms.abs(chunk, false).divi(largest);
    return largest
        * type.root(Transforms.pow(powers, type.order(), false).sumNumber().doubleValue());
  }

  private static long matches(INDArray chunk, Condition condition) {
    return chunk.scan(condition).longValue();
  }

  private static INDArray chunk(INDArray array, long from) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      INDArray flat = array.reshape(array.length());
      long to = Math.min(array.length(), from + CHUNK);
      INDArray part = flat.get(NDArrayIndex.interval(from, to));
      return part.dataType() == DataType.DOUBLE ? part.dup('c') : part.castTo(DataType.DOUBLE);
    }
  }
}
