package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.report.ClipReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The norm of each parameter over the steps: the largest of each bucket, in bounded memory. */
final class HeatMap {

  /** The most parameters that are shown; the more there are, the fewer columns. */
  static final int MAX_ROWS = 600;

  private static final int MAX_COLUMNS = 400;
  private static final int MAX_CELLS = 60_000;

  private final Map<String, Integer> rows = new HashMap<>();
  private final List<String> names = new ArrayList<>();
  private final Buckets<Column> columns = new Buckets<>(MAX_COLUMNS, Column::new);
  private boolean moreThanShown;

  void add(ClipReport report) {
    for (String name : report.parameterNorms().keySet()) {
      if (!rows.containsKey(name)) {
        addRow(name);
      }
    }
    columns.add(report);
  }

  private void addRow(String name) {
    if (names.size() == MAX_ROWS) {
      moreThanShown = true;
      return;
    }
    rows.put(name, names.size());
    names.add(name);
    columns.shrinkTo(MAX_CELLS / names.size());
  }

  /** Returns the parameters, in the order in which they were first reported. */
  List<String> names() {
    return List.copyOf(names);
  }

  boolean hasMoreThanShown() {
    return moreThanShown;
  }

  List<Column> columns() {
    return columns.all();
  }

  int width() {
    return columns.width();
  }

  /** The largest norm of each parameter over some steps. */
  final class Column implements Buckets.Bucket<Column> {

    private double[] largest = new double[0];
    private boolean[] nonFinite = new boolean[0];
    private int firstIteration;
    private int lastIteration;
    private int steps;

    @Override
    public void add(ClipReport report) {
      firstIteration = steps == 0 ? report.iteration() : firstIteration;
      lastIteration = report.iteration();
      steps++;
      makeRoom();
      report
          .parameterNorms()
          .forEach(
              (name, norm) -> {
                Integer row = rows.get(name);
                if (row != null) {
                  add(row, norm);
                }
              });
    }

    private void add(int row, double norm) {
      if (Double.isFinite(norm)) {
        largest[row] = largest[row] >= norm ? largest[row] : norm;
      } else {
        nonFinite[row] = true;
      }
    }

    private void makeRoom() {
      int before = largest.length;
      if (before < names.size()) {
        largest = Arrays.copyOf(largest, names.size());
        Arrays.fill(largest, before, largest.length, Double.NaN);
        nonFinite = Arrays.copyOf(nonFinite, names.size());
      }
    }

    @Override
    public void merge(Column next) {
      lastIteration = next.lastIteration;
      steps += next.steps;
      makeRoom();
      for (int row = 0; row < next.largest.length; row++) {
        if (!Double.isNaN(next.largest[row])) {
          add(row, next.largest[row]);
        }
        nonFinite[row] |= next.nonFinite[row];
      }
    }

    /** Returns the largest finite norm of a parameter, NaN where there was none. */
    double largest(int row) {
      return row < largest.length ? largest[row] : Double.NaN;
    }

    /** Returns whether a norm of a parameter was not finite. */
    boolean isNonFinite(int row) {
      return row < nonFinite.length && nonFinite[row];
    }

    int firstIteration() {
      return firstIteration;
    }

    int lastIteration() {
      return lastIteration;
    }
  }
}
