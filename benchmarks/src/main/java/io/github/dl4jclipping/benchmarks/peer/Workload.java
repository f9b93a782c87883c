package io.github.dl4jclipping.benchmarks.peer;

/**
 * A gradient of standard normals, the same in every JVM.
 *
 * @param type the type of its elements
 * @param order the order of the norm, infinity included
 * @param arrays how many arrays it is in
 * @param length the elements of each array
 */
public record Workload(ElementType type, double order, int arrays, int length) {

  /** Returns the workload around which the others vary: FLOAT, L2. */
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

  /** Returns the elements of all arrays together. */
  public long elements() {
    return (long) arrays * length;
  }

  /** Returns the size of all arrays together. */
  public long bytes() {
    return elements() * type.bytes();
  }

  /** Returns this workload with other elements. */
  public Workload withType(ElementType other) {
    return new Workload(other, order, arrays, length);
  }

  /** Returns this workload under another norm. */
  public Workload withOrder(double other) {
    return new Workload(type, other, arrays, length);
  }

  /** Returns the bound for an operation; a HALF's is within its range. */
  public double maxNorm(Operation operation) {
    double kept = type == ElementType.HALF ? 3e4 : 1e30;
    return operation == Operation.CLIP ? 1 : kept;
  }

  /** Draws one of the arrays: always the same for the same index; not to be changed. */
  public float[] draw(int array) {
    return Draws.normals(array, length);
  }

  /** Returns the L2 norm of what is drawn, summed in double. */
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
