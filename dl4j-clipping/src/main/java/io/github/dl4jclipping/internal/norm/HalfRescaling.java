package io.github.dl4jclipping.internal.norm;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Multiplies HALF by one factor; of many elements, by a table of all products. Immutable. */
final class HalfRescaling {

  /** Elements from which the table pays. */
  private static final long MANY = 1 << 17;

  private static final short[] NONE = {};

  private final float factor;
  private final short[] products;

  /**
   * Creates the multiplication.
   *
   * @param elements how many there will be
   */
  HalfRescaling(float factor, long elements) {
    this.factor = factor;
    this.products = elements < MANY ? NONE : products(factor);
  }

  private static short[] products(float factor) {
    short[] products = new short[1 << Short.SIZE];
    for (int bits = 0; bits < products.length; bits++) {
      products[bits] = product((short) bits, factor);
    }
    return products;
  }

  private static short product(short bits, float factor) {
    return HalfBits.nearest(HalfBits.value(bits) * factor);
  }

  /** Multiplies the elements {@code from} to {@code to}, the latter not included. */
  void rescale(INDArray array, long from, long to) {
    HalfReader.Cursor cursor = new HalfReader.Cursor();
    cursor.pointAt(array);
    short[] block = new short[(int) Math.min(MemoryReader.BLOCK, to - from)];
    for (long at = from; at < to; at += block.length) {
      int length = (int) Math.min(block.length, to - at);
      cursor.position(at).get(block, 0, length);
      multiply(block, length);
      cursor.position(at).put(block, 0, length);
    }
  }

  private void multiply(short[] block, int length) {
    if (products.length == 0) {
      for (int i = 0; i < length; i++) {
        block[i] = product(block[i], factor);
      }
    } else {
      for (int i = 0; i < length; i++) {
        block[i] = products[block[i] & 0xffff];
      }
    }
  }
}
