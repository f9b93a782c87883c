package io.github.dl4jclipping.internal.norm;

import org.bytedeco.javacpp.indexer.HalfIndexer;

/** The bits of HALF numbers, IEEE 754 binary16, which Java 17 has no type for. */
final class HalfBits {

  private static final float[] VALUES = new float[1 << Short.SIZE];

  /** From here on, half of a unit in the last place rounds to infinity. */
  private static final int INFINITE_FLOAT = 0x7f800000;

  private static final int OVERFLOW = Float.floatToRawIntBits(65536);
  private static final int SMALLEST_NORMAL = Float.floatToRawIntBits(0x1p-14f);
  private static final int ONE_HALF = Float.floatToRawIntBits(0.5f);

  /** What separates the exponents of FLOAT and HALF, in FLOAT's bits. */
  private static final int BIAS = (127 - 15) << 23;

  private static final int DROPPED_BITS = 23 - 10;

  static {
    for (int bits = 0; bits < VALUES.length; bits++) {
      VALUES[bits] = HalfIndexer.toFloat(bits);
    }
  }

  private HalfBits() {}

  /** Returns the number with these bits. */
  static float value(short bits) {
    return VALUES[bits & 0xffff];
  }

  /** Returns the bits of the nearest HALF, of two equally near ones the even. */
  static short nearest(float value) {
    int sign = (Float.floatToRawIntBits(value) >>> 16) & 0x8000;
    return (short) (sign | magnitude(Float.floatToRawIntBits(value) & 0x7fffffff));
  }

  private static int magnitude(int bits) {
    if (bits > INFINITE_FLOAT) {
      return 0x7e00;
    }
    if (bits >= OVERFLOW) {
      return 0x7c00;
    }
    if (bits < SMALLEST_NORMAL) {
      // Beside one half, a float's last place is worth as much as a denormal HALF's.
      return Float.floatToRawIntBits(Float.intBitsToFloat(bits) + 0.5f) - ONE_HALF;
    }
    int even = (bits >>> DROPPED_BITS) & 1;
    return (bits + (1 << (DROPPED_BITS - 1)) - 1 + even - BIAS) >>> DROPPED_BITS;
  }
}
