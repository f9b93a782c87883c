package io.github.dl4jclipping.benchmarks.peer;

/**
 * Describes a gradient of standard normals, which is the same in every JVM.
 *
 * @param type the type of the elements
 * @param order the order of the norm; may be infinite
 * @param arrays the number of arrays
 * @param length the number of elements in each array
 */
public record Workload(ElementType type, double order, int arrays, int length) {

  /** Returns a workload in FLOAT under the L2 norm, which the others vary. */
  public static Workload of(int arrays, int length) {
    return new Workload(ElementType.FLOAT, 2, arrays, length);
  }

  /** Reads what {@link #toString} wrote. */
  public static Workload parse(String text) {
    String[] part = text.split("[ x]", -1);
    return new Workload(
        ElementType.valueOf(part[0]),
        Double.parseDouble(part[1]),
        Integer.parseInt(part[2]),
        Integer.parseInt(part[3]));
  }

  /** Returns the number of elements in all arrays. */
  public long elements() {
    return (long) arrays * length;
  }

  /** Returns the size of all arrays together. */
  public long bytes() {
    return elements() * type.bytes();
  }

  /** Returns this workload with another element type. */
  public Workload withType(ElementType other) {
    return new Workload(other, order, arrays, length);
  }

  /** Returns this workload under another norm. */
  public Workload withOrder(double other) {
    return new Workload(type, other, arrays, length);
  }

  /** Returns the bound for an operation; in HALF the bound is within its range. */
  public double maxNorm(Operation operation) {
    double kept = type == ElementType.HALF ? 3e4 : 1e30;
    return operation == Operation.CLIP ? 1 : kept;
  }

  /** Draws one of the arrays: always the same for the same index. Do not change it. */
  public float[] draw(int array) {
    return Draws.normals(array, length);
  }

  /** Returns the L2 norm of the drawn elements, summed in double. */
  public double exactNorm() {
    double sum = 0;
    for (int array = 0; array < arrays; array++) {
      for (float value : draw(array)) {
        sum += (double) value * value;
      }
    }
    return Math.sqrt(sum);
  }

  /** Returns, for example, {@code "FLOAT 2.0 1x1000000"}. */
  @Override
  public String toString() {
    return type + " " + order + " " + arrays + "x" + length;
  }
}
