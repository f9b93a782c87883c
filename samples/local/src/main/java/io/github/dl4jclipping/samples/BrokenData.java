package io.github.dl4jclipping.samples;

import java.util.Map;
import org.nd4j.linalg.dataset.DataSet;

/** Data as they are at work: values are missing in a few batches, and out of all range in one. */
final class BrokenData {

  /** What replaces a missing value, as a parser of numbers makes of an empty cell. */
  private static final double MISSING = Double.NaN;

  /** Far beyond the values of a character, which are 0 and 1, and finite. */
  private static final double OUT_OF_RANGE = 1e4;

  /** The batch, from 0, whose values are out of range, and its rows. */
  private static final int WILD_BATCH = 20;

  private static final int[] WILD_ROWS = {5};

  /** The rows in which a value is missing, by the batch. */
  private static final Map<Integer, int[]> MISSING_ROWS =
      Map.of(30, new int[] {3, 11}, 45, new int[] {7}, 60, new int[] {0, 9, 14});

  private BrokenData() {}

  /** Breaks a batch, if it is one of those that are broken; returns it. */
  static DataSet in(int number, DataSet batch) {
    if (number == WILD_BATCH) {
      put(batch, WILD_ROWS, OUT_OF_RANGE);
    }
    put(batch, missingRows(number), MISSING);
    return batch;
  }

  /** Returns the rows of a batch in which a value is missing. */
  static int[] missingRows(int number) {
    return MISSING_ROWS.getOrDefault(number, new int[0]);
  }

  private static void put(DataSet batch, int[] rows, double value) {
    for (int row : rows) {
      // In the last step of the batch: DL4J carries its state over to no other.
      int position = CharacterBatches.LENGTH - 1 - row;
      batch.getFeatures().putScalar(row, 0, position, value);
    }
  }
}
