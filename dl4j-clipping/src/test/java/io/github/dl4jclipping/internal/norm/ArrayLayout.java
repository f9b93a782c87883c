package io.github.dl4jclipping.internal.norm;

import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Ways in which the same values lie in memory. The number of values must be a multiple of 4. */
@SuppressWarnings("ImmutableEnumChecker") // holds functions without a state
public enum ArrayLayout {
  VECTOR(values -> values),
  C_ORDER(values -> matrix(values).dup('c')),
  F_ORDER(values -> matrix(values).dup('f')),
  TRANSPOSED(values -> matrix(values).dup('c').transpose()),
  PERMUTED(values -> values.reshape('c', values.length() / 4, 2, 2).dup('c').permute(2, 0, 1)),
  /** One row of a matrix: dense, not at the start of the memory. */
  ROW(values -> filled(amid(values, 3, values.length()).getRow(1), values)),
  /** One column of a matrix: an even stride. */
  COLUMN(values -> filled(amid(values, values.length(), 3).getColumn(1), values)),
  /** The inside of a matrix: no even stride. */
  INSIDE(
      values ->
          filled(
              amid(values, values.length() / 4 + 3, 9)
                  .get(
                      NDArrayIndex.interval(2, 2 + values.length() / 4),
                      NDArrayIndex.interval(3, 7)),
              matrix(values)));

  private final UnaryOperator<INDArray> fromVector;

  ArrayLayout(UnaryOperator<INDArray> fromVector) {
    this.fromVector = fromVector;
  }

  /** Returns an array of the type with the values, in an order of this layout's own. */
  public INDArray of(DataType type, double... values) {
    return fromVector.apply(Nd4j.createFromArray(values).castTo(type));
  }

  /** Returns the elements, read one way whatever the layout. */
  public static double[] elements(INDArray array) {
    return array.dup('c').castTo(DataType.DOUBLE).data().asDouble();
  }

  private static INDArray matrix(INDArray values) {
    return values.reshape('c', values.length() / 4, 4);
  }

  /** Returns what a view lies in, full of a value that spoils any sum that takes it in. */
  private static INDArray amid(INDArray values, long rows, long columns) {
    return Nd4j.valueArrayOf(new long[] {rows, columns}, 3e4, values.dataType());
  }

  private static INDArray filled(INDArray view, INDArray values) {
    return view.assign(values.reshape('c', view.shape()));
  }
}
