package io.github.dl4jclipping.benchmarks.peer;

/** Lists the types of a gradient's elements. */
public enum ElementType {
  FLOAT(4),
  DOUBLE(8),
  HALF(2);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the size of one element. */
  public int bytes() {
    return bytes;
  }
}
