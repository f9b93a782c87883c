package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.internal.report.ReportColumn;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.rule.ClipPart;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds one step in the form that files need: finite numbers, and non-finite ones separately.
 *
 * @param cells the value of each {@link ReportColumn}, by its title; null for a non-finite number
 * @param parameterNorms the norm of each parameter; null for a non-finite norm
 * @param parts the norm, the coefficient and the bound of each part, by its name; null for a
 *     non-finite number
 * @param nonFinite {@code NaN}, {@code Infinity} or {@code -Infinity} for each non-finite number,
 *     by the column's title, or by {@code parameterNorms.} and the parameter's name
 */
record Row(
    Map<String, @Nullable Object> cells,
    Map<String, @Nullable Double> parameterNorms,
    Map<String, Map<String, @Nullable Double>> parts,
    Map<String, String> nonFinite) {

  /** The prefix of a parameter's name in {@link #nonFinite}. */
  private static final String PARAMETER = "parameterNorms.";

  static Row of(ClipReport report) {
    Map<String, @Nullable Object> cells = new LinkedHashMap<>();
    Map<String, @Nullable Double> norms = new LinkedHashMap<>();
    Map<String, String> nonFinite = new LinkedHashMap<>();
    for (ReportColumn column : ReportColumn.values()) {
      Object value = column.valueIn(report);
      if (value instanceof Double number && !Double.isFinite(number)) {
        cells.put(column.title(), null);
        if (!column.mayBeAbsent()) {
          nonFinite.put(column.title(), number.toString());
        }
      } else {
        cells.put(column.title(), value);
      }
    }
    report
        .parameterNorms()
        .forEach(
            (name, norm) -> {
              norms.put(name, Double.isFinite(norm) ? norm : null);
              if (!Double.isFinite(norm)) {
                nonFinite.put(PARAMETER + name, norm.toString());
              }
            });
    return new Row(cells, norms, parts(report), nonFinite);
  }

  private static Map<String, Map<String, @Nullable Double>> parts(ClipReport report) {
    Map<String, Map<String, @Nullable Double>> parts = new LinkedHashMap<>();
    for (ClipPart part : report.parts()) {
      Map<String, @Nullable Double> numbers = new LinkedHashMap<>();
      numbers.put(ReportColumn.NORM.title(), finiteOrNull(part.norm()));
      numbers.put(ReportColumn.COEFFICIENT.title(), finiteOrNull(part.coefficient()));
      numbers.put(ReportColumn.MAX_NORM.title(), finiteOrNull(part.maxNorm()));
      parts.put(part.name(), numbers);
    }
    return parts;
  }

  private static @Nullable Double finiteOrNull(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
