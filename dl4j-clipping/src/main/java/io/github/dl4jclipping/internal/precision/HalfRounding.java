package io.github.dl4jclipping.internal.precision;

import java.util.function.BiConsumer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMax;
import org.nd4j.linalg.api.ops.impl.transforms.custom.NotEqualTo;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.api.ops.impl.transforms.same.Sign;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Compares numbers in FLOAT with the same numbers in HALF. It works in stretches with reusable
 * buffers, because ND4J frees temporary arrays only after a garbage collection, which a large heap
 * delays.
 */
final class HalfRounding {

  /** The largest number of values in a stretch. */
  static final long STRETCH = 1 << 18;

  /** HALF's smallest number. */
  private static final double SMALLEST = 0x1p-24;

  private final long stretch;
  private final INDArray rounded;
  private final INDArray update;
  private final INDArray left;
  private final INDArray wide;
  private final INDArray sign;
  private final INDArray differs;

  /** Creates buffers for arrays of up to {@code longest} values. */
  HalfRounding(long longest) {
    stretch = Math.min(longest, STRETCH);
    rounded = Nd4j.createUninitialized(DataType.FLOAT16, stretch);
    update = Nd4j.createUninitialized(DataType.FLOAT16, stretch);
    left = Nd4j.createUninitialized(DataType.FLOAT16, stretch);
    wide = Nd4j.createUninitialized(DataType.FLOAT, stretch);
    sign = Nd4j.createUninitialized(DataType.FLOAT, stretch);
    differs = Nd4j.createUninitialized(DataType.BOOL, stretch);
  }

  /** Overwrites each number whose rounded value differs from the HALF array with the HALF value. */
  void takeOver(INDArray numbers, INDArray half) {
    takeOver(numbers, half, HalfRounding::round);
  }

  /** Does the same if {@link #roundAwayFromZero} computed the HALF array. */
  void takeOverAwayFromZero(INDArray numbers, INDArray half) {
    takeOver(numbers, half, this::roundAwayFromZero);
  }

  private void takeOver(INDArray numbers, INDArray half, BiConsumer<INDArray, INDArray> rounding) {
    inStretches(
        numbers.length(),
        (from, to) -> {
          INDArray own = part(numbers, from, to);
          INDArray given = part(half, from, to);
          INDArray changed = differing(own, given, rounding);
          if (changed.any()) {
            INDArray others = part(wide, 0, to - from);
            others.assign(given);
            select(changed, others, own, own);
          }
        });
  }

  /** Returns whether {@link #roundAwayFromZero} of all numbers gives the HALF array. */
  boolean agreeAwayFromZero(INDArray numbers, INDArray half) {
    boolean[] agree = {true};
    inStretches(
        numbers.length(),
        (from, to) ->
            agree[0] &=
                !differing(part(numbers, from, to), part(half, from, to), this::roundAwayFromZero)
                    .any());
    return agree[0];
  }

  private INDArray differing(
      INDArray numbers, INDArray half, BiConsumer<INDArray, INDArray> rounding) {
    INDArray own = part(rounded, 0, numbers.length());
    rounding.accept(numbers, own);
    return differing(own, half);
  }

  private INDArray differing(INDArray one, INDArray other) {
    INDArray result = part(differs, 0, one.length());
    Nd4j.getExecutioner().exec(new NotEqualTo(one, other, result));
    return result;
  }

  private static void round(INDArray numbers, INDArray half) {
    half.assign(numbers);
  }

  /** Rounds to HALF, but never rounds a number other than 0 to 0. */
  void roundAwayFromZero(INDArray numbers, INDArray half) {
    inStretches(
        numbers.length(),
        (from, to) -> {
          INDArray own = part(numbers, from, to);
          INDArray lifted = part(wide, 0, to - from);
          INDArray signs = part(sign, 0, to - from);
          // x + sign(x) * max(0, smallest - |x|); NaN stays NaN
          Nd4j.getExecutioner().exec(new Abs(own, lifted));
          lifted.rsubi(SMALLEST);
          Nd4j.getExecutioner().exec(new ScalarMax(lifted, null, lifted, 0));
          Nd4j.getExecutioner().exec(new Sign(own, signs));
          lifted.muli(signs).addi(own);
          part(half, from, to).assign(lifted);
        });
  }

  /**
   * Computes the difference that DL4J must subtract so that the HALF array becomes the rounded
   * numbers, to the bit.
   *
   * @param half the HALF array; an element is set to the rounded number if no difference gives it
   *     exactly
   * @param difference the array that receives the differences
   */
  void subtractable(INDArray numbers, INDArray half, INDArray difference) {
    inStretches(
        numbers.length(),
        (from, to) -> {
          INDArray before = part(half, from, to);
          INDArray after = part(rounded, 0, to - from);
          INDArray toSubtract = part(update, 0, to - from);
          INDArray rest = part(left, 0, to - from);
          after.assign(part(numbers, from, to));
          before.sub(after, toSubtract);
          before.sub(toSubtract, rest);
          INDArray wrong = differing(rest, after);
          if (wrong.any()) {
            // The difference of numbers far apart is rounded, so these are set now, and 0 is
            // subtracted.
            select(wrong, after, before, before);
            select(wrong, rest.assign(0), toSubtract, toSubtract);
          }
          part(difference, from, to).assign(toSubtract);
        });
  }

  private static void select(INDArray condition, INDArray yes, INDArray no, INDArray result) {
    Nd4j.getExecutioner()
        .exec(
            DynamicCustomOp.builder("select")
                .addInputs(condition, yes, no)
                .addOutputs(result)
                .build());
  }

  private void inStretches(long length, Stretch work) {
    for (long from = 0; from < length; from += stretch) {
      work.on(from, Math.min(from + stretch, length));
    }
  }

  /** Works on one stretch. */
  @FunctionalInterface
  private interface Stretch {
    void on(long from, long to);
  }

  private static INDArray part(INDArray flat, long from, long to) {
    return to - from == flat.length() ? flat : flat.get(NDArrayIndex.interval(from, to));
  }
}
