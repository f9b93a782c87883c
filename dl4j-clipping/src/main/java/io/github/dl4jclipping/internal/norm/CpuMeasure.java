package io.github.dl4jclipping.internal.norm;

import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures dense CPU arrays by their memory, at its speed.
 *
 * <p>One pass sums up powers; where that sum over- or underflows, two plain passes scaled by the
 * largest magnitude give the answer.
 */
final class CpuMeasure implements Measure {

  static final CpuMeasure INSTANCE = new CpuMeasure();

  /** Mean power below which single powers may have lost digits to underflow. */
  private static final double TINY_FLOAT = 1e-30;

  private static final double TINY_DOUBLE = 1e-290;

  private CpuMeasure() {}

  @Override
  public double norm(INDArray array, NormType type) {
    double[] norm = new double[1];
    norms(List.of(Stretch.whole(array)), type, norm);
    return norm[0];
  }

  /** Measures each stretch. */
  static void norms(List<Stretch> stretches, NormType type, double[] norms) {
    Pieces.walk(stretches, norms, () -> new Powers(type), type::merge, size(stretches, type));
    for (int i = 0; i < norms.length; i++) {
      norms[i] = norm(stretches.get(i), type, norms[i]);
    }
  }

  /**
   * Measures the elements {@code from} to {@code to}, the latter not included, of a stretch's
   * array.
   *
   * @param reader is pointed at that array
   */
  static double l2(Stretch stretch, MemoryReader reader, long from, long to) {
    Stretch part = new Stretch(stretch.array(), from, to, stretch.view(), stretch.type());
    return norm(part, NormType.L2, reader.powers(NormType.L2, from, to));
  }

  private static long size(List<Stretch> stretches, NormType type) {
    boolean sum = type.equals(NormType.L2) || type.equals(NormType.L1);
    if (!sum && !type.equals(NormType.INF)) {
      return Pieces.SLOW;
    }
    if (!stretches.isEmpty() && stretches.get(0).type() == DataType.FLOAT16) {
      return Pieces.BOUND_BY_PROCESSOR;
    }
    return sum ? Pieces.BOUND_BY_MEMORY : Pieces.BOUND_BY_BOTH;
  }

  @Override
  public NonFiniteCount nonFinite(INDArray array) {
    MemoryReader reader = MemoryReaders.on(array);
    NonFiniteCount count = NonFiniteCount.NONE;
    for (long from = 0; from < array.length(); from += MemoryReader.BLOCK) {
      int length = (int) Math.min(MemoryReader.BLOCK, array.length() - from);
      count = count(count, reader.read(from, length), length);
    }
    return count;
  }

  /** Sums powers up, with one reader for all stretches in a row that are of one type. */
  private static final class Powers implements Pieces.Walker {

    private final NormType type;
    private @Nullable INDArray last;
    private @Nullable DataType readable;
    private @Nullable MemoryReader reader;

    Powers(NormType type) {
      this.type = type;
    }

    @Override
    public double walk(Stretch stretch, long from, long to) {
      return pointedAt(stretch).powers(type, from, to);
    }

    private MemoryReader pointedAt(Stretch stretch) {
      MemoryReader known = reader;
      if (known == null || stretch.type() != readable) {
        readable = stretch.type();
        known = MemoryReaders.of(readable);
        reader = known;
      } else if (stretch.array() == last) {
        return known;
      }
      last = stretch.array();
      known.pointAt(last);
      return known;
    }
  }

  private static double norm(Stretch stretch, NormType type, double powers) {
    boolean neverTooSmall = type.equals(NormType.L1) && powers < Double.POSITIVE_INFINITY;
    if (type.equals(NormType.INF) || neverTooSmall) {
      return powers;
    }
    double tiny = stretch.type() == DataType.FLOAT ? TINY_FLOAT : TINY_DOUBLE;
    boolean exact = powers < Double.POSITIVE_INFINITY && powers > tiny * stretch.length();
    return exact ? type.root(powers) : scaled(stretch, type);
  }

  private static double scaled(Stretch stretch, NormType type) {
    if (stretch.length() == 0) {
      return 0;
    }
    MemoryReader reader = MemoryReaders.on(stretch.array());
    if (reader.powers(NormType.L1, stretch.from(), stretch.to()) == 0) {
      return 0;
    }
    double largest = reader.powers(NormType.INF, stretch.from(), stretch.to());
    if (!Double.isFinite(largest)) {
      return largest;
    }
    double sum = 0;
    for (long at = stretch.from(); at < stretch.to(); at += MemoryReader.BLOCK) {
      int length = (int) Math.min(MemoryReader.BLOCK, stretch.to() - at);
      sum += reader.scaledPowers(type, largest, at, length);
    }
    return largest * type.root(sum);
  }

  private static NonFiniteCount count(NonFiniteCount soFar, double[] block, int length) {
    long nan = 0;
    long positive = 0;
    long negative = 0;
    for (int i = 0; i < length; i++) {
      if (Double.isNaN(block[i])) {
        nan++;
      } else if (block[i] == Double.POSITIVE_INFINITY) {
        positive++;
      } else if (block[i] == Double.NEGATIVE_INFINITY) {
        negative++;
      }
    }
    return nan + positive + negative == 0
        ? soFar
        : soFar.plus(new NonFiniteCount(nan, positive, negative));
  }
}
