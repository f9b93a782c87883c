package io.github.dl4jclipping.samples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** The 150 flowers of the Iris file that DL4J ships, in batches, with one value missing. */
final class IrisFlowers {

  /** Flowers in a batch. */
  static final int BATCH_SIZE = 75;

  /** Where the missing value stands: in the first batch. */
  static final int MISSING_ROW = 61;

  static final int MISSING_COLUMN = 2;

  private static final int KINDS = 3;

  private IrisFlowers() {}

  /** Returns the lines of the file, its three kinds taking turns, with the value left out. */
  static List<String> lines() {
    List<String> sorted = read();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      lines.add(sorted.get(i % KINDS * (sorted.size() / KINDS) + i / KINDS));
    }
    String[] cells = lines.get(MISSING_ROW).split(",", -1);
    cells[MISSING_COLUMN] = "";
    lines.set(MISSING_ROW, String.join(",", cells));
    return lines;
  }

  /** Returns batches in the order of the lines; a cell without a number is NaN. */
  static List<DataSet> batches(List<String> lines) {
    List<DataSet> batches = new ArrayList<>();
    for (int from = 0; from < lines.size(); from += BATCH_SIZE) {
      batches.add(batch(lines.subList(from, Math.min(lines.size(), from + BATCH_SIZE))));
    }
    return batches;
  }

  private static DataSet batch(List<String> lines) {
    float[][] features = new float[lines.size()][4];
    float[][] labels = new float[lines.size()][KINDS];
    for (int row = 0; row < lines.size(); row++) {
      String[] cells = lines.get(row).split(",", -1);
      for (int column = 0; column < 4; column++) {
        features[row][column] =
            cells[column].isBlank() ? Float.NaN : Float.parseFloat(cells[column]);
      }
      labels[row][Integer.parseInt(cells[4].strip())] = 1;
    }
    return new DataSet(Nd4j.createFromArray(features), Nd4j.createFromArray(labels));
  }

  private static List<String> read() {
    InputStream file = IrisFlowers.class.getResourceAsStream("/iris.dat");
    if (file == null) {
      throw new IllegalStateException("iris.dat, a part of deeplearning4j-core, is missing");
    }
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(file, StandardCharsets.US_ASCII))) {
      return reader.lines().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
