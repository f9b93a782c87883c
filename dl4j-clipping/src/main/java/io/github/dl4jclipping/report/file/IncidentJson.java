package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.forensics.HistoryPoint;
import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.forensics.Origin;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link NonFiniteReport} as JSON: its components by name, and its verdict and remedy as
 * text.
 */
final class IncidentJson {

  private IncidentJson() {}

  static String of(NonFiniteReport report) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("iteration", report.iteration());
    json.put("epoch", report.epoch());
    put(json, "score", report.score());
    json.put("verdict", report.verdict());
    json.put("remedy", report.remedy());
    json.put("origin", origin(report.origin()));
    json.put("parameters", report.parameters().stream().map(IncidentJson::parameter).toList());
    json.put("history", report.history().stream().map(IncidentJson::point).toList());
    return Json.object(json);
  }

  private static Map<String, @Nullable Object> origin(Origin origin) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("kind", origin.kind().name());
    json.put("where", origin.where());
    json.put("elements", origin.found().elements());
    json.put("nan", origin.found().count().nan());
    json.put("positiveInfinity", origin.found().count().positiveInfinity());
    json.put("negativeInfinity", origin.found().count().negativeInfinity());
    json.put("rows", origin.found().rows());
    json.put("columns", origin.found().columns());
    json.put("largestInput", Double.isNaN(origin.largestInput()) ? null : origin.largestInput());
    json.put("notes", origin.notes());
    return json;
  }

  private static Map<String, @Nullable Object> parameter(NonFiniteParameter parameter) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", parameter.name());
    json.put("elements", parameter.elements());
    json.put("nan", parameter.nan());
    json.put("positiveInfinity", parameter.positiveInfinity());
    json.put("negativeInfinity", parameter.negativeInfinity());
    return json;
  }

  private static Map<String, @Nullable Object> point(HistoryPoint point) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("iteration", point.iteration());
    put(json, "score", point.score());
    put(json, "norm", point.norm());
    return json;
  }

  /**
   * Writes a number. If it is non-finite, writes null and a second field, NAME + "NonFinite", with
   * its value.
   */
  private static void put(Map<String, @Nullable Object> json, String name, double value) {
    boolean finite = Double.isFinite(value);
    json.put(name, finite ? value : null);
    if (!finite) {
      json.put(name + "NonFinite", Double.toString(value));
    }
  }
}
