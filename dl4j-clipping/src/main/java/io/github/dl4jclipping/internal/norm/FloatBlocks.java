package io.github.dl4jclipping.internal.norm;

import java.util.Arrays;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * How many floats BLAS may add up in their own type without an error of more than 1e-6 in a norm.
 *
 * <p>At worst one large element swallows all others of its running sum, and how many of those run
 * side by side is up to the processor: of 16 to 64. So it is tried, once.
 */
final class FloatBlocks {

  private static final double PROMISED = 1e-6;

  /** Half of what the last place of 1 is worth, and a little less: added to 1, it is lost. */
  private static final double LOST = 0.99 * 0x1p-24;

  /** Elements whose squares {@code sdot} may sum up; their root halves an error. */
  static final int OF_SQUARES =
      longest(
          (float) Math.sqrt(LOST),
          LOST,
          2 * PROMISED,
          (x, length) -> openblas_nolapack.cblas_sdot(length, x, 1, x, 1));

  /** Elements whose magnitudes {@code sasum} may sum up. */
  static final int OF_MAGNITUDES =
      longest(
          (float) LOST, LOST, PROMISED, (x, length) -> openblas_nolapack.cblas_sasum(length, x, 1));

  /** Elements before an aligned address may be summed up apart, by a sum that few others share. */
  private static final int AFTER_THE_HEAD = 16;

  private FloatBlocks() {}

  @FunctionalInterface
  private interface Sum {
    double of(float[] elements, int length);
  }

  private static int longest(float small, double power, double allowed, Sum sum) {
    float[] elements = new float[MemoryReader.BLOCK];
    Arrays.fill(elements, small);
    elements[AFTER_THE_HEAD] = 1;
    int length = elements.length;
    while (length > 2 * AFTER_THE_HEAD
        && error(sum.of(elements, length), 1 + (length - 1) * power) > allowed) {
      length /= 2;
    }
    return length;
  }

  private static double error(double actual, double exact) {
    return Math.abs(actual / exact - 1);
  }
}
