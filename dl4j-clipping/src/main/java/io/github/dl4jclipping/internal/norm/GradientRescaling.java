package io.github.dl4jclipping.internal.norm;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.conditions.Conditions;

/** Changes arrays in place, whatever their type, shape, order and stride. Stateless. */
public final class GradientRescaling {

  /** A smaller factor is applied in two parts: as a float it would have lost digits. */
  private static final double SMALL = 0x1p-100;

  private static final double STEP = 0x1p-64;

  /** A larger factor is applied in two parts: as a float it would be infinite. */
  private static final double LARGE = 0x1p100;

  private GradientRescaling() {}

  /**
   * Multiplies every element, as arithmetic says: 0 times infinity is NaN, and so is anything times
   * NaN.
   */
  public static void rescale(INDArray array, double factor) {
    rescale(List.of(array), factor);
  }

  /** Multiplies every element of every array, {@linkplain #rescale(INDArray, double) likewise}. */
  public static void rescale(List<INDArray> arrays, double factor) {
    if (factor == 1) {
      return;
    }
    if (factor == 0 || !Double.isFinite(factor)) {
      arrays.forEach(array -> multiplyOddly(array, factor));
    } else if (part(factor) != factor) {
      rescale(arrays, part(factor));
      rescale(arrays, factor / part(factor));
    } else if (areReadable(arrays)) {
      CpuRescaling.rescale(arrays, factor);
    } else {
      arrays.forEach(array -> multiply(array, factor));
    }
  }

  /** Returns the factor, or a power of two to begin with where a float would not hold it. */
  private static double part(double factor) {
    double magnitude = Math.abs(factor);
    if (magnitude > LARGE && magnitude < Double.POSITIVE_INFINITY) {
      return 1 / STEP;
    }
    return magnitude < SMALL && factor != 0 ? STEP : factor;
  }

  /**
   * Multiplies the elements of each unit of a stretch by a factor of its own.
   *
   * @param factors one for each unit, finite
   */
  public static void rescaleUnits(Stretch stretch, Units units, double[] factors) {
    if (units.count() == 1) {
      rescale(stretch.view(), factors[0]);
      return;
    }
    double[] parts = Arrays.stream(factors).map(GradientRescaling::part).toArray();
    if (!Arrays.equals(parts, factors)) {
      double[] rest = new double[factors.length];
      Arrays.setAll(rest, i -> factors[i] == parts[i] ? 1 : factors[i] / parts[i]);
      rescaleUnits(stretch, units, parts);
      rescaleUnits(stretch, units, rest);
      return;
    }
    INDArray array = stretch.view();
    if (units.areLongRuns(array.length()) && isWide(array) && Measures.isReadable(array)) {
      CpuRescaling.rescaleRuns(stretch, units.run(), factors);
      return;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      inFloat(array, wide -> multiplyUnits(wide, units, factors));
    }
  }

  private static void multiplyUnits(INDArray array, Units units, double[] factors) {
    INDArray row = Nd4j.createFromArray(factors).castTo(array.dataType());
    INDArray cube = UnitNorms.cube(array, units);
    Nd4j.getExecutioner().exec(new BroadcastMulOp(cube, row, cube, 1));
  }

  /** Divides every element of every array, to the bit as ND4J does. */
  public static void divide(List<INDArray> arrays, int divisor) {
    if (divisor == 1) {
      return;
    }
    if (Integer.bitCount(divisor) == 1 && areReadable(arrays)) {
      // The inverse of a power of two is exact, and BLAS's product several times as fast.
      CpuRescaling.rescale(arrays, 1.0 / divisor);
    } else {
      arrays.stream().filter(array -> !array.isEmpty()).forEach(array -> array.divi(divisor));
    }
  }

  /** Brings every element of every array into {@code [-bound, bound]}; NaN stays NaN. */
  public static void clamp(List<INDArray> arrays, double bound) {
    for (INDArray array : arrays) {
      if (!array.isEmpty()) {
        Nd4j.getExecutioner()
            .exec(
                DynamicCustomOp.builder("clipbyvalue")
                    .addInputs(array)
                    .callInplace(true)
                    .addFloatingPointArguments(-bound, bound)
                    .build());
      }
    }
  }

  /**
   * Returns whether a clamp would leave arrays as they are: whether their largest magnitude is no
   * more than the bound in the precision of their type.
   */
  public static boolean isWithin(List<INDArray> arrays, double largest, double bound) {
    return arrays.isEmpty() || rounded(arrays.get(0), largest) <= rounded(arrays.get(0), bound);
  }

  private static double rounded(INDArray likeThis, double value) {
    return switch (likeThis.dataType()) {
      case FLOAT -> (float) value;
      case HALF -> HalfBits.value(HalfBits.nearest((float) value));
      default -> value;
    };
  }

  /** Makes every element that is NaN or infinite 0. */
  public static void zeroNonFinite(List<INDArray> arrays) {
    for (INDArray array : arrays) {
      if (!array.isEmpty()) {
        // In 16 bits ND4J knows one NaN of many, and takes large numbers for infinite.
        inFloat(
            array,
            wide -> {
              BooleanIndexing.replaceWhere(wide, 0.0, Conditions.isNan());
              BooleanIndexing.replaceWhere(wide, 0.0, Conditions.isInfinite());
            });
      }
    }
  }

  /** Changes an array of 16 bits by way of a copy in FLOAT, any other where it is. */
  private static void inFloat(INDArray array, Consumer<INDArray> change) {
    if (isWide(array)) {
      change.accept(array);
      return;
    }
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
        INDArray wide = array.castTo(DataType.FLOAT)) {
      change.accept(wide);
      array.assign(wide);
    }
  }

  private static boolean isWide(INDArray array) {
    return array.dataType() == DataType.FLOAT || array.dataType() == DataType.DOUBLE;
  }

  private static boolean areReadable(List<INDArray> arrays) {
    for (INDArray array : arrays) {
      if (!Measures.isReadable(array)) {
        return false;
      }
    }
    return true;
  }

  private static void multiply(INDArray array, double factor) {
    if (Measures.isReadable(array)) {
      CpuRescaling.rescale(List.of(array), factor);
    } else {
      // In 16 bits the factor itself would lose digits.
      inFloat(array, wide -> wide.muli(factor));
    }
  }

  /** By way of an array: BLAS makes NaN times 0 a 0, and ND4J reads a plain NaN factor as 1e-5. */
  private static void multiplyOddly(INDArray array, double factor) {
    if (!array.isEmpty()) {
      array.muli(Nd4j.scalar(array.dataType(), factor));
    }
  }
}
